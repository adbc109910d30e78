"""Multiply-accumulates of one clip."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from .predict import evaluating


def macs(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> int:
    """Counts the multiply-accumulates of matrix products and convolutions for `pixels`.

    The framework's counter does not know fused attention, so attention is computed in its written-out form
    while counting; nor dynamic int8 layers, whose products are counted as if dense.
    """
    quantized = getattr(torch.ops.quantized, "linear_dynamic", None)
    mapping = {quantized: _linear_dynamic} if quantized is not None else {}
    counter = FlopCounterMode(display=False, custom_mapping=mapping)
    with evaluating(target), torch.no_grad(), sdpa_kernel(SDPBackend.MATH), _written_out_layers(), counter:
        target(pixels)
    return counter.get_total_flops() // 2


@contextmanager
def _written_out_layers() -> Generator[None]:
    """Keeps `nn.MultiheadAttention` and `nn.TransformerEncoderLayer` off their fused operators."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _linear_dynamic(x_shape: Any, *_: Any, out_shape: Any = None, **__: Any) -> int:
    tokens_times_inputs = 1
    for extent in x_shape:
        tokens_times_inputs *= extent
    return 2 * tokens_times_inputs * out_shape[-1]
