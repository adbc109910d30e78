"""Where variants stand between accuracy and what they cost, where they stood before, and which none beats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....measure.interval import Estimate
from ..reading.read_variant import Variant
from ..reading.run import ModelOfRun
from ..reading.values import number
from .plot_parts import front


@dataclass(frozen=True)
class Cost:
    """What a variant may have less of than its reference."""

    name: str
    title: str
    ratio: str
    """Key of the ratio to the reference, and name of its budget."""
    stored: str
    """Key of what a baseline has of it."""
    own: str
    """Key of the number itself."""
    scale: float
    unit: str


COSTS = (
    Cost("time", "Accuracy against time", "latency_ratio", "latency_ratio", "latency", 1e3, "ms a call"),
    Cost("bytes", "Accuracy against bytes", "size_ratio", "size_bytes", "size_bytes", 1e-6, "MB"),
    Cost("MACs", "Accuracy against MACs", "macs_ratio", "macs", "macs", 1e-6, "million MACs"),
)


@dataclass(frozen=True)
class Point:
    """A variant in one of these plots."""

    variant: Variant
    x: Estimate
    """Times the reference's."""
    y: Estimate
    """Points of accuracy beside the reference."""
    before: tuple[tuple[float, float, str], ...] = ()
    """Where it was: in the baseline, in earlier runs."""
    on_front: bool = False


def points_of(model: ModelOfRun, cost: Cost) -> list[Point]:
    """Those of variants that were measured in both; the reference, which has its place, is on no front."""
    found: list[Point] = []
    for each in model.variants:
        x, y = each.ratio(cost.ratio), each.change
        if x is not None and y is not None:
            found.append(Point(each, x, y, tuple(_places_before(model, each, cost, y))))
    shipped = [place for place, each in enumerate(found) if not each.variant.is_failed]
    best = front([(1.0, 0.0), *((float(found[p].x), float(found[p].y)) for p in shipped)])
    on_front = {shipped[place - 1] for place in best if place}
    return [Point(p.variant, p.x, p.y, p.before, place in on_front) for place, p in enumerate(found)]


def _places_before(
    model: ModelOfRun, variant: Variant, cost: Cost, now: Estimate
) -> Iterator[tuple[float, float, str]]:
    for earlier in model.earlier.get(variant.key, ()):
        x, y = earlier.ratio(cost.ratio), earlier.change
        if x is not None and y is not None:
            yield float(x), float(y), "in an earlier run"
    x = _stored_ratio(variant, cost)
    top1, of_now = variant.stored("top1"), number(variant.entry, "top1")
    if x is not None:
        # A baseline of the reference is not stored: it is the same model on the same clips.
        moved = 0.0 if top1 is None or of_now is None else 100 * (top1 - of_now)
        yield x, float(now) + moved, "in the baseline"


def _stored_ratio(variant: Variant, cost: Cost) -> float | None:
    stored, own = variant.stored(cost.stored), number(variant.entry, cost.own)
    ratio = number(variant.entry, cost.ratio)
    if stored is None or cost.stored == cost.ratio:
        return stored
    return stored / own * ratio if own and ratio else None
