"""A configuration -> its classifier without weights: every tensor has a shape and no data.

What an artefact's tensors are put into. Nothing is downloaded, and no code but transformers' own is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ..errors import VidcompressError, first_line

ATTENTION = "attn_implementation"
"""The key of a configuration that says which of transformers' attentions computes; another gives other bits."""
# What is of the class, of where it came from, or of code that it would fetch, and what whoever builds decides.
_NOT_TAKEN = ("model_type", "auto_map", "dtype", "torch_dtype", "transformers_version", "_name_or_path")


def skeleton(config: Mapping[str, Any]) -> nn.Module:
    """Builds the video classifier of a `config.json` on torch's `meta` device, in eval mode.

    Args:
        config: what the file says: `model_type` and the geometry.

    Raises:
        VidcompressError: transformers knows no such video classifier, or cannot build it from this.
    """
    from transformers import (
        CONFIG_MAPPING,
        MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING,
        AutoModelForVideoClassification,
    )

    kind: Any = config.get("model_type")
    taken = {key: value for key, value in config.items() if key not in _NOT_TAKEN}
    attention = taken.pop(ATTENTION, None)
    try:
        made: Any = CONFIG_MAPPING[kind].from_dict(taken) if kind in CONFIG_MAPPING else None
        if made is not None and MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING.get(type(made), None) is not None:
            chosen = {ATTENTION: attention} if attention else {}
            with torch.device("meta"):
                built = AutoModelForVideoClassification.from_config(made, dtype=torch.float32, **chosen)
            return built.eval()
    except Exception as error:  # transformers, its configurations and torch each raise kinds of their own
        raise VidcompressError(
            f"config.json describes a {kind!r} model that cannot be built: {first_line(error)}"
        ) from error
    raise VidcompressError(
        f"config.json describes a {kind!r} model, which is no video classifier that this transformers knows"
    )
