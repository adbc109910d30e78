"""Narrow floats in what is traced or exported: narrow in the file, fp32 in the arithmetic."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import parametrize

from ...models.narrow import is_narrow


def widen_in_graph(module: nn.Module) -> nn.Module:
    """Makes every use of a narrow parameter or buffer a cast of it, in place: tracing writes the cast down."""
    for part in [*module.modules()]:
        for name, tensor in [*part.named_parameters(recurse=False), *part.named_buffers(recurse=False)]:
            if is_narrow(tensor):
                parametrize.register_parametrization(part, name, _Widened(), unsafe=True)
    return module


class _Widened(nn.Module):
    def forward(self, narrow: torch.Tensor) -> torch.Tensor:
        return narrow.float()
