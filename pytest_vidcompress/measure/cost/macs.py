"""Multiply-accumulates of one clip: all of them, or by the module in which they happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from ..accuracy.predict import evaluating
from .watch import watchable, watching


@dataclass(frozen=True)
class Work:
    """Multiply-accumulates where they happen."""

    by_module: Mapping[str, Mapping[str, int]]
    """Dotted name -> operator, such as `aten.addmm` -> how many in that module itself, its parts left out. All
    are under the empty name where a target is no module, or does not show its parts."""

    @property
    def total(self) -> int:
        return sum(sum(operators.values()) for operators in self.by_module.values())


def macs(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> int:
    """Counts the multiply-accumulates of matrix products and convolutions for `pixels`.

    The framework's counter does not know fused attention, so attention is computed in its written-out form
    while counting; nor int8 products, which are counted as if dense.
    """
    return work(target, pixels).total


def work(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> Work:
    """As `macs`, by module and operator."""
    counter = FlopCounterMode(display=False, custom_mapping=_formulas())
    tally = _Tally(counter)
    told = watching(target, tally.entered, tally.left) if watchable(target) else nullcontext()
    written_out = sdpa_kernel(SDPBackend.MATH)
    with evaluating(target), torch.no_grad(), written_out, _written_out_layers(), told, counter:
        tally.entered("")
        target(pixels)
        tally.left("")
    return Work({name: dict(operators) for name, operators in tally.by_module.items() if operators})


class _Tally:
    """Deals out what a counter counts to the modules that are running."""

    def __init__(self, counter: FlopCounterMode) -> None:
        self.by_module: dict[str, Counter[str]] = {}
        self._counter = counter
        self._running: list[tuple[Counter[str], Counter[str]]] = []
        """What had been counted when each began, and what has been counted in its parts."""

    def entered(self, name: str) -> None:
        self._running.append((self._counted(), Counter()))

    def left(self, name: str) -> None:
        before, in_parts = self._running.pop()
        whole = self._counted() - before
        self.by_module.setdefault(name, Counter()).update(whole - in_parts)
        if self._running:
            self._running[-1][1].update(whole)

    def _counted(self) -> Counter[str]:
        flops = self._counter.get_flop_counts().get("Global", {})
        return Counter({str(operator): count // 2 for operator, count in flops.items()})


@contextmanager
def _written_out_layers() -> Generator[None]:
    """Keeps `nn.MultiheadAttention` and `nn.TransformerEncoderLayer` off their fused operators."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _formulas() -> dict[Any, Callable[..., int]]:
    """Operators that the framework's counter does not know, where this build has them."""
    quantized = getattr(torch.ops.quantized, "linear_dynamic", None)
    known: dict[Any, Callable[..., int]] = {torch.ops.aten._int_mm: _linear}
    return known if quantized is None else {**known, quantized: _linear}


def _linear(x_shape: Any, *_: Any, out_shape: Any = None, **__: Any) -> int:
    tokens_times_inputs = 1
    for extent in x_shape:
        tokens_times_inputs *= extent
    return 2 * tokens_times_inputs * out_shape[-1]
