"""A user's module that computes in halves, run as it is: nothing of it is widened."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from .frame_count import frames_of
from .narrow import has_narrow_parameters, is_narrow

_DTYPES = re.compile(r"dtype|scalar type|should be the same", re.IGNORECASE)
"""What torch says of operands of two types."""


class OwnDtype(nn.Module):
    """Calls a module with pixels in float32, as every model gets them, or in the halves that it asks for.

    A module that casts by itself gets float32. One whose first operator refuses that, as after `.half()`, gets
    pixels of its parameters' type, which is what its user would give it.

    Args:
        module: with parameters in halves.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module
        self.takes: torch.dtype | None = None
        """Type of the pixels that it took; None before its first call."""
        self.num_frames = frames_of(module)

    def forward(self, pixels: torch.Tensor) -> Any:
        if self.takes is None:
            return self._first(pixels)
        return self.module(pixels.to(self.takes))

    def _first(self, pixels: torch.Tensor) -> Any:
        try:
            output, self.takes = self.module(pixels), pixels.dtype
        except RuntimeError as error:
            if not _DTYPES.search(str(error)):
                raise
            narrow = next(each.dtype for each in self.module.parameters() if is_narrow(each))
            output, self.takes = self.module(pixels.to(narrow)), narrow
        return output


def as_given(module: nn.Module) -> nn.Module:
    """What runs a module as its user made it; the module itself where it holds no halves."""
    return OwnDtype(module) if has_narrow_parameters(module) else module
