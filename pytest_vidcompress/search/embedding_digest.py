"""What makes vectors, as a digest of its content. Heavy: imports torch."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch

from ..artefacts.kept.model_digest import model_digest
from ..models.model import Model
from .embedding import TEXTS


def embedding_digest(model: Model) -> str:
    """That of a model; of one whose labels are texts without them.

    They change nothing of a video's vector, and how many threads compute theirs changes their last bits.
    """
    module = model.module
    if not any(isinstance(getattr(part, TEXTS, None), torch.Tensor) for part in module.modules()):
        return model_digest(model)
    alone = deepcopy(module, {id(each): each for each in (*module.parameters(), *module.buffers())})
    for part in alone.modules():
        rows, config = getattr(part, TEXTS, None), getattr(part, "config", None)
        if isinstance(rows, torch.Tensor):
            setattr(part, TEXTS, rows.new_empty(0))
        if config is not None:
            _forget_labels(config)
    return model_digest(replace(model, module=alone, labels=()))


def _forget_labels(config: Any) -> None:
    config.id2label, config.label2id = {}, {}
