"""Where the time of one clip goes: by operator and by module, in itself and with what it calls. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ...runtimes.operator_time import OperatorTime
from .layer_names import folded
from .operator_kinds import KINDS, PRODUCTS, kind_of, multiplies_integers

Named = tuple[str, str]
"""Name and kind."""
NOWHERE = "outside modules"


@dataclass(frozen=True)
class Spot:
    """An operator, or all modules of one place in their layers."""

    name: str
    """As the runtime says it, such as `aten::addmm`; or `encoder.layer.*.attention`."""
    kind: str
    """Of an operator one of `KINDS`; of a module its class, empty where that is not known."""
    calls: int
    """In one call of the model."""
    self_s: float
    """Seconds in itself, what it calls left out."""
    total_s: float
    """Seconds with all that it calls."""
    kernel: str = ""
    """What executed most of it, where the runtime says so."""
    integer_s: float = 0.0
    """Of `self_s`, seconds in which integers were multiplied."""


@dataclass(frozen=True)
class Hotspots:
    """The time of one call of a model, batch of one: medians of several, the most expensive first."""

    operators: tuple[Spot, ...] = ()
    modules: tuple[Spot, ...] = ()
    """Timed in calls of their own, since being watched takes time: a few microseconds each, in their own."""
    runs: int = 0
    """Calls that the medians of operators are of: those that no neighbour disturbed."""
    source: str = ""
    """Who says so, such as `torch.profiler`: names of one source mean the same."""
    note: str = ""
    """Why there is nothing."""

    @property
    def seconds(self) -> float:
        """Of all operators, and of what lies between them."""
        return sum(spot.self_s for spot in self.operators)

    @property
    def integer_share(self) -> float | None:
        """Of the time in matrix products and convolutions, that of integers; None where there are none."""
        products = [spot for spot in self.operators if spot.kind in PRODUCTS]
        spent = sum(spot.self_s for spot in products)
        return sum(spot.integer_s for spot in products) / spent if spent else None

    @property
    def kinds(self) -> tuple[Spot, ...]:
        """Operators of one kind together, in themselves."""
        together: defaultdict[str, list[Spot]] = defaultdict(list)
        for spot in self.operators:
            together[spot.kind].append(spot)
        return by_time(_summed(kind, alike) for kind, alike in together.items())


def by_time(spots: Iterable[Spot]) -> tuple[Spot, ...]:
    """The most time in itself first; of equals the name decides."""
    return tuple(sorted(spots, key=lambda spot: (-spot.self_s, -spot.total_s, spot.name, spot.kind)))


def shares(spots: Sequence[Spot]) -> dict[Named, float]:
    """Of the time of all, in themselves: they add up to one. Nothing where no time went by."""
    whole = sum(spot.self_s for spot in spots)
    return {(spot.name, spot.kind): spot.self_s / whole for spot in spots} if whole else {}


def medians(runs: Sequence[Mapping[Named, Spot]]) -> tuple[Spot, ...]:
    """The same call timed again and again -> one; what one of them has not seen took no time in it."""
    spots: list[Spot] = []
    for key in dict.fromkeys(key for run in runs for key in run):
        seen = [run.get(key, Spot(*key, calls=0, self_s=0.0, total_s=0.0)) for run in runs]
        spots.append(
            replace(
                next(run[key] for run in runs if key in run),
                calls=round(median(spot.calls for spot in seen)),
                self_s=median(spot.self_s for spot in seen),
                total_s=median(spot.total_s for spot in seen),
                integer_s=median(spot.integer_s for spot in seen),
            )
        )
    return by_time(spots)


def of_nodes(runs: Sequence[Sequence[OperatorTime]], source: str) -> Hotspots:
    """What an executable told of several calls.

    Args:
        runs: the nodes of each call.
        source: who tells.
    """
    operators = medians([_by_operator(nodes) for nodes in runs])
    modules = medians([_by_module(nodes) for nodes in runs])
    if not operators:
        return Hotspots(source=source, note=f"{source} names no operators")
    if all(spot.name == NOWHERE for spot in modules):
        modules = ()
    return Hotspots(operators, modules, len(runs), source)


def _by_operator(nodes: Iterable[OperatorTime]) -> dict[Named, Spot]:
    together: defaultdict[Named, list[OperatorTime]] = defaultdict(list)
    for node in nodes:
        kind = node.kind if node.kind in KINDS else kind_of(node.operator)
        together[node.operator, kind].append(node)
    spots: dict[Named, Spot] = {}
    for key, alike in together.items():
        own, kernels = sum(node.seconds for node in alike), defaultdict[str, float](float)
        for node in alike:
            kernels[node.kernel] += node.seconds
        most = max(kernels, key=lambda kernel: kernels[kernel])
        integers = sum(s for kernel, s in kernels.items() if multiplies_integers(key[0], kernel))
        spots[key] = Spot(*key, len(alike), own, own, most, integers)
    return spots


def _by_module(nodes: Iterable[OperatorTime]) -> dict[Named, Spot]:
    """Nodes under the modules that they came from; the total of a module has those of its parts."""
    calls, own, whole = (defaultdict[str, float](float) for _ in range(3))
    for node in nodes:
        name = folded(node.module) or NOWHERE
        calls[name] += 1
        own[name] += node.seconds
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            whole[".".join(parts[:depth])] += node.seconds
    return {(name, ""): Spot(name, "", int(calls[name]), own[name], whole[name]) for name in whole}


def _summed(kind: str, alike: Sequence[Spot]) -> Spot:
    own, integers = (sum(seconds) for seconds in zip(*((s.self_s, s.integer_s) for s in alike), strict=True))
    return Spot(kind, kind, sum(spot.calls for spot in alike), own, own, integer_s=integers)
