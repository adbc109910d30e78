"""A configuration -> its classifier without weights: every tensor has a shape and no data.

What an artefact's tensors are put into. Nothing is downloaded, and no code but transformers' own is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from .classifier import build
from .configuration import ATTENTION, cannot_be_built, configuration
from .transformers_log import silenced

__all__ = ["ATTENTION", "skeleton"]


def skeleton(config: Mapping[str, Any]) -> nn.Module:
    """Builds the video classifier of a `config.json` on torch's `meta` device, in eval mode.

    Args:
        config: what the file says: `model_type` and the geometry.

    Raises:
        VidcompressError: transformers knows no such video classifier, or cannot build it from this.
    """
    made = configuration(config)
    try:
        with silenced(), torch.device("meta"):
            return build(made).eval()
    except Exception as error:  # transformers and torch each raise kinds of their own
        raise cannot_be_built(config["model_type"], error) from error
