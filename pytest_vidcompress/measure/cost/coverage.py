"""Which share of a model's weights and of its arithmetic really is int8 or bf16, and what was left float."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...runtimes.precisions import BF16, FLOAT32, INT8, widest
from ..profile.layer_names import folded

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ...artefacts.tensors import TakenApart
    from .macs import Work

HALF, FLOAT = "half", "float"
"""How weights are stored, besides `INT8`."""
BIASES, WIDENED = "biases of int8 layers", "int8 weights computed with in float"
INT8_OPERATORS = ("quantized.", "aten._int_mm", "aten.quantized_")
"""How the names of those begin that multiply integers in torch; recurrent ones only where they hold int8 weights."""
PRODUCTS = frozenset({"aten.bmm", "aten.baddbmm"})
"""Those of two activations: attention."""


@dataclass(frozen=True)
class Left:
    """What is float of all modules of one place in their layers."""

    name: str
    """Such as `encoder.layer.*.layernorm_before`."""
    kind: str
    """Why: a class that holds no int8 weights, such as `Conv3d`; of layers that do, `BIASES` or `WIDENED`."""
    weights: float
    """Of all weights of the model; 0 ... 1."""
    macs: float
    """Of all multiply-accumulates."""


@dataclass(frozen=True)
class LayerPrecision:
    """What one module multiplies."""

    name: str
    """Dotted; empty for the model itself."""
    precision: str
    """Of `runtimes.precisions`, the widest of its products."""
    macs: float
    """Of all multiply-accumulates; 0 ... 1."""
    sparsity: float | None = None
    """Share of its own weights that are exactly zero; None of what holds none, such as the products of attention."""


@dataclass(frozen=True)
class Coverage:
    """Shares of the whole model, 0 ... 1. What is wide, stored or computed, is in `left`, nothing else."""

    weights_int8: float
    """Of the numbers that the artefact holds; scales and zero points are not weights."""
    weights_half: float
    macs_int8: float
    """Of the multiply-accumulates of one clip, those that multiply integers."""
    left: tuple[Left, ...] = ()
    """The largest first."""
    macs_bf16: float = 0.0
    """Of the multiply-accumulates of one clip, those of bfloat16."""
    layers: tuple[LayerPrecision, ...] = ()
    """All modules that multiply, in the order of their calls."""
    is_hearsay: bool = False
    """What multiplies integers is what modules say of themselves: nobody who executes them says so."""

    @property
    def narrow(self) -> bool:
        """Is anything but float?"""
        return any((self.weights_int8, self.weights_half, self.macs_int8, self.macs_bf16))


def coverage(
    module: nn.Module,
    pixels: torch.Tensor,
    work: Work | None = None,
    precisions: Mapping[str, str] | None = None,
    numbers: TakenApart | None = None,
) -> Coverage:
    """Weighs what `module` stores and what it computes with.

    Weights count by how they are stored. Arithmetic is int8 in torch's own int8 operators, and in modules that
    say so: `computes = "int8"` of their products with weights, `attention_computes = "int8"` of those of two
    activations. It is bf16 where torch's operators were given that, or where who executes a module says so.

    Args:
        module: as it is stored.
        pixels: one view of a clip, `(1, T, C, H, W)`.
        work: what `macs.work` counted for it, which is not counted again; without precisions where not torch executes
            it.
        precisions: dotted name of a module -> what its products compute in, as who executes them says; of those
            that say of themselves that they are int8, the others are not. torch says nothing: it computes the same
            numbers in float. None takes modules at their word.
        numbers: of `module`, where it was taken apart already.
    """
    from ...artefacts.tensors import take_apart

    if work is None:
        from ...runtimes.torch_eager import executable
        from .macs import work as count

        work = count(executable(module), pixels)
    parts = dict(module.named_modules())
    numbers = numbers or take_apart(module)
    weights = _weights(numbers, parts)
    arithmetic = _arithmetic(work, parts, weights, precisions)
    all_weights = sum(sum(held.values()) for held in weights.values())
    all_macs = sum(sum(done.values()) for done in arithmetic.values())

    def share(found: Mapping[str, Counter[str]], what: str, whole: int) -> float:
        return sum(each[what] for each in found.values()) / whole if whole else 0.0

    left: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for column, (found, whole) in enumerate(((weights, all_weights), (arithmetic, all_macs))):
        for name, each in found.items():
            if wide := sum(each.values()) - sum(each[narrow] for narrow in _NARROW[column]):
                kind = _reason(parts[name], weights.get(name, Counter()), column)
                left[folded(name) or kind, kind][column] += wide / whole
    rows = [Left(name, kind, of_weights, of_macs) for (name, kind), (of_weights, of_macs) in left.items()]
    return Coverage(
        weights_int8=share(weights, INT8, all_weights),
        weights_half=share(weights, HALF, all_weights),
        macs_int8=share(arithmetic, INT8, all_macs),
        left=tuple(sorted(rows, key=lambda row: (-max(row.weights, row.macs), row.name, row.kind))),
        macs_bf16=share(arithmetic, BF16, all_macs),
        layers=tuple(_layers(arithmetic, all_macs, _sparsities(numbers, parts))),
        is_hearsay=precisions is None and bool(all_macs) and _claims(work, arithmetic),
    )


_NARROW = ((INT8, HALF), (INT8, BF16))
"""Of weights, and of arithmetic: what is not left float."""


def _claims(work: Work, arithmetic: Mapping[str, Counter[str]]) -> bool:
    """Is anything narrow because it says so, or nothing because nobody saw the operators?"""
    return not work.precisions or any(done[INT8] for done in arithmetic.values())


def _layers(
    arithmetic: Mapping[str, Counter[str]], all_macs: int, sparsities: Mapping[str, float]
) -> Iterator[LayerPrecision]:
    """What multiplies, by the widest of its products."""
    for name, done in arithmetic.items():
        if macs := sum(done.values()):
            present = [precision for precision, count in done.items() if count]
            yield LayerPrecision(name, widest(present), macs / all_macs, sparsities.get(name))


def _weights(numbers: TakenApart, parts: Mapping[str, nn.Module]) -> dict[str, Counter[str]]:
    """How many numbers each module holds, by how they are stored."""
    from ...artefacts.tensors import is_weight

    held: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, tensor in numbers.tensors.items():
        stored = _stored(tensor)
        if is_weight(name) and stored:
            held[_owner(name.rpartition(".")[0], parts)][stored] += tensor.numel()
    return held


def _sparsities(numbers: TakenApart, parts: Mapping[str, nn.Module]) -> dict[str, float]:
    """Of each module that holds weights, the share of these that are zero, as `Cost.sparsity` counts them."""
    held, zeros = Counter[str](), Counter[str]()
    for name, its_zeros in numbers.zeros_by_name.items():
        owner = _owner(name.rpartition(".")[0], parts)
        held[owner] += numbers.tensors[name].numel()
        zeros[owner] += its_zeros
    return {owner: zeros[owner] / count for owner, count in held.items() if count}


def _stored(tensor: torch.Tensor) -> str:
    """Empty for what is no weight, such as a counter."""
    if tensor.is_floating_point():
        return HALF if tensor.element_size() == 2 else FLOAT
    return INT8 if str(tensor.dtype) in ("torch.int8", "torch.uint8") else ""


def _arithmetic(
    work: Work,
    parts: Mapping[str, nn.Module],
    weights: Mapping[str, Counter[str]],
    precisions: Mapping[str, str] | None,
) -> dict[str, Counter[str]]:
    """Multiply-accumulates of each module, by what is multiplied."""
    done: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, operators in work.by_module.items():
        owner = _owner(name, parts)
        for operator, macs in operators.items():
            given = work.precisions.get(name, {}).get(operator, FLOAT32)
            executed = given if precisions is None else precisions.get(owner, given)
            claimed = _claim(parts[owner], operator) == INT8
            if _is_int8(operator, owner, weights) or (claimed and (precisions is None or executed == INT8)):
                executed = INT8
            elif executed == INT8:  # nobody asked for integers there
                executed = FLOAT32
            done[owner][executed] += macs
    return done


def _is_int8(operator: str, owner: str, weights: Mapping[str, Counter[str]]) -> bool:
    """Does an operator of torch's, in the module `owner`, multiply integers?"""
    if not operator.startswith(INT8_OPERATORS) or operator.endswith("_fp16"):
        return False
    # Of these the name does not tell whether they were packed as integers or as halves.
    packed = operator.startswith("aten.quantized_") or operator.endswith("_cell_dynamic")
    below = f"{owner}." if owner else ""
    return not packed or any(
        each[INT8] for name, each in weights.items() if name == owner or name.startswith(below)
    )


def _claim(part: Any, operator: str) -> object:
    """What a module says that it computes in; nothing where it does not say."""
    own = getattr(part, "attention_computes", None) if operator in PRODUCTS else None
    return own or getattr(part, "computes", None)


def _owner(name: str, parts: Mapping[str, nn.Module]) -> str:
    """The module that something belongs to: one that says what it computes in speaks for its parts."""
    there = [each for each in _upwards(name) if each in parts]
    speaking = (each for each in there if hasattr(parts[each], "computes"))
    return next(speaking, there[0])


def _upwards(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]
    yield ""


def _reason(part: nn.Module, held: Counter[str], column: int) -> str:
    if held[INT8]:
        return (BIASES, WIDENED)[column]
    return type(part).__name__
