"""All runtimes by name: what executes a compressed module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

Runtime = Callable[["nn.Module"], "Callable[[torch.Tensor], Any]"]
"""The stored form of a module -> a callable pixels -> logits."""


def _torch(module: nn.Module) -> nn.Module:
    from .variant import executable

    return executable(module).eval()


RUNTIMES: Mapping[str, Runtime] = MappingProxyType({"torch": _torch})
