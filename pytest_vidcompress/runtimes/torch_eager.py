"""`torch`: the module itself, operator by operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..models.narrow import asks_for_bf16, has_narrow_parameters
from .bf16_kernels import Bf16, kernels_on
from .runtime import Runtime

if TYPE_CHECKING:
    from torch import nn

    from ..compress.int8.quantized import QuantizedLayer
    from ..compress.int8.stored_weights import StoredInt8
    from ..models.model import Model


def executable(module: nn.Module) -> nn.Module:
    """The form of what techniques made that computes where it is: what is stored narrow is widened, but for bfloat16
    where there are kernels for it; the rest is as it is."""
    from ..compress.layers.substitute import substitute
    from ..models.module_copy import module_copy

    def widened(_: str, part: nn.Module) -> nn.Module:
        return cast("StoredInt8 | QuantizedLayer", part).widened()

    how = bf16(module)
    if is_stored_narrow(module):
        module = substitute(module_copy(module), _stores_integers, widened)
    elif has_narrow_parameters(module):
        module = module_copy(module)
    else:
        return module
    if how and how.kernels:
        from ..compress.layers.mixed_precision import MixedPrecision

        return MixedPrecision(module)
    return module.float()


def bf16(module: nn.Module) -> Bf16 | None:
    """What torch makes here of a module that is stored in bfloat16; None of any other."""
    from ..compress.int8.quantized import QuantizedLayer
    from ..models.device import device_of

    if not asks_for_bf16(module):
        return None
    if any(isinstance(part, QuantizedLayer) for part in module.modules()):
        return Bf16(why="torch computes what is int8 in fp32, and the rest with it")
    return kernels_on(device_of(module))


def runnable(module: nn.Module) -> nn.Module:
    """What runs a module that a test gives: as it is, but for layers of ours that only store integers."""
    from ..models.own_dtype import as_given

    return executable(module) if is_stored_narrow(module) else as_given(module)


def is_stored_narrow(module: nn.Module) -> bool:
    """Has it layers of ours whose integers are there to be stored?"""
    return any(map(_stores_integers, module.modules()))


def _stores_integers(part: nn.Module) -> bool:
    from ..compress.int8.quantized import QuantizedLayer
    from ..compress.int8.stored_weights import StoredInt8

    return isinstance(part, StoredInt8 | QuantizedLayer)


def _prepare(model: Model) -> nn.Module:
    return executable(model.module).eval()


def version() -> str:
    """Such as `torch2.13`."""
    import torch

    return "torch" + ".".join(torch.__version__.split(".")[:2])


TORCH = Runtime(_prepare, version, torch_kernels=True)
RUNTIMES = {"torch": TORCH}
