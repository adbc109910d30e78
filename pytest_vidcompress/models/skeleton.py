"""A configuration -> its classifier without weights: every tensor has a shape and no data.

What an artefact's tensors are put into. Nothing is downloaded, and no code but transformers' own is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ..errors import VidcompressError, first_line
from .transformers_log import silenced

ATTENTION = "attn_implementation"
"""The key of a configuration that says which of transformers' attentions computes; another gives other bits."""
_ATTENTIONS = ("eager", "sdpa")
"""Those of torch itself: transformers would fetch the code of others, by whatever name it is given."""
_SHOWN = 60
"""Characters of a model's type in a message."""
# What is of the class, of where it came from, or of code that it would fetch, and what whoever builds decides.
_NOT_TAKEN = ("model_type", "auto_map", "dtype", "torch_dtype", "transformers_version", "quantization_config")


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
    # Names that begin so are transformers' own: `_attn_implementation` would be another way to name code.
    taken = {key: value for key, value in config.items() if key not in _NOT_TAKEN and not key.startswith("_")}
    attention = taken.pop(ATTENTION, None)
    if attention is not None and attention not in _ATTENTIONS:
        raise VidcompressError(
            f"config.json says {ATTENTION}={attention!r}: expected one of {', '.join(_ATTENTIONS)}, which come with"
            " torch"
        )
    named = repr(str(kind)[:_SHOWN])
    try:
        with silenced():
            known = isinstance(kind, str) and kind in CONFIG_MAPPING
            made: Any = CONFIG_MAPPING[kind].from_dict(taken) if known else None
            if made is not None and MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING.get(type(made), None) is not None:
                chosen = {ATTENTION: attention} if attention else {}
                with torch.device("meta"):
                    built = AutoModelForVideoClassification.from_config(
                        made, dtype=torch.float32, trust_remote_code=False, **chosen
                    )
                return built.eval()
    except Exception as error:  # transformers, its configurations and torch each raise kinds of their own
        raise VidcompressError(
            f"config.json describes a {named} model that cannot be built: {first_line(error)}"
        ) from error
    raise VidcompressError(
        f"config.json describes a {named} model, which is no video classifier that this transformers knows"
    )
