"""Whether what a technique makes may be trained: where what it was made of may.

A training leaves alone what somebody froze, so that what a technique makes must not look frozen.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


def train_alike(made: nn.Module, sources: Iterable[torch.Tensor]) -> None:
    """Parameters of `made` that are none of `sources` are trained where one of these is, in place."""
    flags = {id(source): source.requires_grad for source in sources}
    for parameter in made.parameters():
        if id(parameter) not in flags and parameter.is_floating_point():
            parameter.requires_grad_(any(flags.values()))
