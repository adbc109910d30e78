"""Multiply-accumulates of one view, by the module in which they happen: of matrix products and convolutions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from ...models.adapter import evaluating
from .flop_formulas import formulas
from .watch import watchable, watching

_COUNTABLE = ("aten", "prim", "prims", "quantized", "profiler")
"""Namespaces of operators whose names tell whether they multiply; those of others may do anything."""
_MULTIPLIES = re.compile(
    r"(?:^|_)(?:addmm|addmv|addbmm|attention|baddbmm|bmm|conv\w*|dot|einsum|gru|linear|lstm|matmul|mm|mv|rnn|trilinear"
    r"|transformer|vdot)(?:_|$)"
)


@dataclass(frozen=True)
class Work:
    """Multiply-accumulates where they happen."""

    by_module: Mapping[str, Mapping[str, int]]
    """Dotted name -> operator, such as `aten.addmm` -> how many in that module itself, its parts left out. All
    are under the empty name where a target is no module, or does not show its parts."""
    precisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Likewise -> what was multiplied, such as `bfloat16`: the widest, where an operator was given several."""
    uncounted: tuple[str, ...] = ()
    """Operators that ran and may multiply, and of which nobody knows how much."""

    @property
    def total(self) -> int:
        """Those that were counted."""
        return sum(sum(operators.values()) for operators in self.by_module.values())

    @property
    def macs(self) -> int | None:
        """All of them; None where some or all were not counted."""
        return None if self.uncounted else self.total or None


def work(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> Work:
    """Counts the multiply-accumulates of matrix products and convolutions for `pixels`.

    The framework's counter does not know fused attention, so attention is computed in its written-out form while
    counting. Products of integers and of sparse matrices are counted as if dense and in float.
    """
    counter = FlopCounterMode(display=False, custom_mapping=formulas())
    tally = _Tally(counter)
    operators = _Operators(counter, tally)
    calls = watching(target, tally.entered, tally.left) if watchable(target) else nullcontext()
    written_out = _written_out_attention()
    # The counter hands on what it does not take apart any further: `operators` lies below it.
    with evaluating(target), torch.no_grad(), written_out, _written_out_layers(), calls, operators, counter:
        tally.entered("")
        target(pixels)
        tally.left("")
    by_module = {name: dict(counts) for name, counts in tally.by_module.items() if counts}
    return Work(by_module, operators.precisions, tuple(sorted(operators.uncounted)))


class _Tally:
    """Deals out what a counter counts to the modules that are running."""

    def __init__(self, counter: FlopCounterMode) -> None:
        self.by_module: dict[str, Counter[str]] = {}
        self._counter = counter
        self._running: list[tuple[str, Counter[str], Counter[str]]] = []
        """Each by its name, what had been counted when it began, and what has been counted in its parts."""

    @property
    def running(self) -> str:
        """The innermost module; empty outside all of them."""
        return self._running[-1][0] if self._running else ""

    def entered(self, name: str) -> None:
        self._running.append((name, self._counted(), Counter()))

    def left(self, name: str) -> None:
        _, before, in_parts = self._running.pop()
        whole = self._counted() - before
        self.by_module.setdefault(name, Counter()).update(whole - in_parts)
        if self._running:
            self._running[-1][2].update(whole)

    def _counted(self) -> Counter[str]:
        flops = self._counter.get_flop_counts().get("Global", {})
        return Counter({str(operator): count // 2 for operator, count in flops.items()})


class _Operators(TorchDispatchMode):
    """Notes what counted operators multiply, and which others may multiply: for those the counter has no formula."""

    def __init__(self, counter: FlopCounterMode, tally: _Tally) -> None:
        super().__init__()
        self.uncounted: set[str] = set()
        self._widest: dict[str, dict[str, torch.dtype]] = {}
        self._counter = counter
        self._tally = tally

    @property
    def precisions(self) -> dict[str, dict[str, str]]:
        """As in `Work`."""
        return {
            name: {operator: str(kind).removeprefix("torch.") for operator, kind in own.items()}
            for name, own in self._widest.items()
        }

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        packet = getattr(func, "overloadpacket", func)
        if packet in self._counter.flop_registry:
            self._note(str(packet), args)
        elif _may_multiply(str(packet)):
            self.uncounted.add(str(packet))
        return func(*args, **(kwargs or {}))

    def _note(self, operator: str, args: Sequence[Any]) -> None:
        """The widest of what it was given, vectors such as a bias left out."""
        given = [leaf for leaf in tree_leaves(args) if isinstance(leaf, torch.Tensor)]
        factors = [each for each in given if each.ndim > 1] or given
        own = self._widest.setdefault(self._tally.running, {})
        kinds = [each.dtype for each in factors] + ([own[operator]] if operator in own else [])
        if kinds:
            own[operator] = max(kinds, key=lambda kind: kind.itemsize)


def _may_multiply(operator: str) -> bool:
    namespace, _, name = operator.partition(".")
    return namespace not in _COUNTABLE or bool(_MULTIPLIES.search(name))


@contextmanager
def _written_out_attention() -> Generator[None]:
    """Fused attention as products and a softmax, in the precision that it has: written out, it would be widened."""
    cuda = torch.backends.cuda
    before = cuda.fp16_bf16_reduction_math_sdp_allowed()
    cuda.allow_fp16_bf16_reduction_math_sdp(True)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        cuda.allow_fp16_bf16_reduction_math_sdp(before)


@contextmanager
def _written_out_layers() -> Generator[None]:
    """Keeps `nn.MultiheadAttention` and `nn.TransformerEncoderLayer` off their fused operators."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
