"""`torch`: the module itself, operator by operator."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, cast

from .runtime import Runtime

if TYPE_CHECKING:
    from torch import nn

    from ..models.model import Model


def executable(module: nn.Module) -> nn.Module:
    """The form of `module` that computes on this CPU: what is stored narrow is widened, the rest is as it is."""
    import torch

    from ..compress.int8.layers import QuantizedLinear, StoredInt8, replaced

    narrow = (StoredInt8, QuantizedLinear)
    if any(isinstance(part, narrow) for part in module.modules()):

        def widened(_: str, part: nn.Module) -> nn.Module:
            return cast(StoredInt8 | QuantizedLinear, part).widened()

        return replaced(copy.deepcopy(module), narrow, widened).float()
    if any(p.dtype == torch.float16 for p in module.parameters()):
        return copy.deepcopy(module).float()
    return module


def _prepare(model: Model) -> nn.Module:
    return executable(model.module).eval()


def version() -> str:
    """Such as `torch2.13`."""
    import torch

    return "torch" + ".".join(torch.__version__.split(".")[:2])


TORCH = Runtime(_prepare, version, torch_kernels=True)
RUNTIMES = {"torch": TORCH}
