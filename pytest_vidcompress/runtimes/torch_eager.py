"""`torch`: the module itself, operator by operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .runtime import Runtime

if TYPE_CHECKING:
    from torch import nn

    from ..models.model import Model


def executable(module: nn.Module) -> nn.Module:
    """The form of what techniques made that computes on this CPU: what is stored narrow is widened, the rest is as it
    is."""
    import torch

    from ..compress.int8.layers import QuantizedLinear, StoredInt8, replaced
    from ..models.module_copy import module_copy

    narrow = (StoredInt8, QuantizedLinear)
    if is_stored_narrow(module):

        def widened(_: str, part: nn.Module) -> nn.Module:
            return cast(StoredInt8 | QuantizedLinear, part).widened()

        return replaced(module_copy(module), narrow, widened).float()
    if any(p.dtype == torch.float16 for p in module.parameters()):
        return module_copy(module).float()
    return module


def runnable(module: nn.Module) -> nn.Module:
    """What runs a module that a test gives: as it is, but for layers of ours that only store integers."""
    from .own_dtype import as_given

    return executable(module) if is_stored_narrow(module) else as_given(module)


def is_stored_narrow(module: nn.Module) -> bool:
    """Has it layers of ours whose integers are there to be stored?"""
    from ..compress.int8.layers import QuantizedLinear, StoredInt8

    return any(isinstance(part, StoredInt8 | QuantizedLinear) for part in module.modules())


def _prepare(model: Model) -> nn.Module:
    return executable(model.module).eval()


def version() -> str:
    """Such as `torch2.13`."""
    import torch

    return "torch" + ".".join(torch.__version__.split(".")[:2])


TORCH = Runtime(_prepare, version, torch_kernels=True)
RUNTIMES = {"torch": TORCH}
