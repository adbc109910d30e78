"""A configuration -> its classifier, with whatever weights a class of transformers begins with."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ..catalog import family_of, own_architecture
from .configuration import takes_texts


def build(config: Any) -> nn.Module:
    """Builds a classifier; on torch's `meta` device where that is the default one.

    Args:
        config: a configuration of transformers, or of an architecture of our own. Of a model that takes texts for
            labels it says how many there are, and what their embeddings are is chance.
    """
    own = own_architecture(config.model_type)
    if own:
        return own.build(config)
    from transformers import AutoModel, AutoModelForVideoClassification

    kind = AutoModel if takes_texts(config.model_type) else AutoModelForVideoClassification
    module = kind.from_config(config, dtype=torch.float32, trust_remote_code=False)
    family = family_of(config.model_type)
    if family is None or family.classifier is None:
        return module
    return family.classifier(module, torch.randn(config.num_labels, config.projection_dim))


def architecture(config: Any) -> Any:
    """The class of transformers that holds the weights of such a checkpoint."""
    from transformers import MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING, MODEL_MAPPING

    mapping: Any = MODEL_MAPPING if takes_texts(config.model_type) else MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING
    return mapping[type(config)]
