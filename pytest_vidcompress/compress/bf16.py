"""`bf16`: floats stored as bfloat16, and computed in it where the CPU has kernels for that.

Half the bytes, as `fp16`; on CPUs with `amx_bf16` or `avx512_bf16` also less time, since every runtime multiplies
bfloat16 there (see `runtimes.bf16_kernels`). Elsewhere the rounded weights are widened to fp32. After a technique of
integers it rounds what these leave float.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from .parameters import Nothing
from .technique import Technique

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ..clips.loader import Clips
    from ..models.model import Model


def apply(model: Model, parameters: Nothing, clips: Clips) -> Model:
    return replace(model, module=rebuild(model.module, parameters))


def rebuild(module: nn.Module, parameters: Nothing) -> nn.Module:
    import torch

    for part in _float_parts(module):
        for parameter in part.parameters(recurse=False):
            if _is_wide(parameter):
                parameter.data = parameter.data.to(torch.bfloat16)
        for name, buffer in [*part.named_buffers(recurse=False)]:
            if _is_wide(buffer):
                setattr(part, name, buffer.to(torch.bfloat16))
    return module


def _float_parts(module: nn.Module) -> Iterator[nn.Module]:
    """Those that hold no integers: the scales of integers decide what they stand for, and stay as they are."""
    from .int8.quantized import QuantizedAttention, QuantizedLayer
    from .int8.stored_weights import StoredInt8

    if isinstance(module, QuantizedAttention | QuantizedLayer | StoredInt8):
        return
    yield module
    for part in module.children():
        yield from _float_parts(part)


def _is_wide(tensor: torch.Tensor) -> bool:
    """What is narrow already loses digits by another rounding, and saves no byte."""
    from ..models.narrow import is_narrow

    return tensor.is_floating_point() and not is_narrow(tensor)


BF16 = Technique(
    "floats stored and, where the CPU can, computed in bfloat16", apply, last=True, rebuild=rebuild
)
TECHNIQUES = {"bf16": BF16}
