"""VideoMAE of fewer frames: whole tubelets go, and those that stay keep the positions that they had."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from .frame_axis import FrameAxis, rows_of


def _together(module: Any) -> int:
    return int(module.config.tubelet_size)


def _narrow(module: nn.Module, places: Sequence[int], before: int) -> None:
    embeddings: Any = module.get_submodule(AXIS.embeddings)
    patches, size = embeddings.patch_embeddings, _together(module)
    (height, width), (down, across) = patches.image_size, patches.patch_size
    each = (height // down) * (width // across)
    stored = "position_embeddings" in dict(embeddings.named_buffers())
    table: torch.Tensor = embeddings.position_embeddings
    if table.shape[1] != before // size * each and not stored:
        table = _computed(embeddings, before)
    if table.shape[1] == before // size * each:
        embeddings.position_embeddings = rows_of(table.detach(), places, size, before)
    patches.num_patches = embeddings.num_patches = len(places) // size * each


def _computed(embeddings: Any, frames: int) -> torch.Tensor:
    """The positions that transformers computes of so many frames: it stores none."""
    config = copy.copy(embeddings.config)
    config.num_frames = frames
    with torch.device("meta"):
        return type(embeddings)(config).position_embeddings


AXIS = FrameAxis("VideoMAEForVideoClassification", "videomae.embeddings", _together, _narrow)
