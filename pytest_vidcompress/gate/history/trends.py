"""What changed in a history: by which commit, by how much, and whether any run of the gate could have seen it. Pure.

What differs from run to run is searched for surely moved levels (`moves`), of what is exact every change is one.
Beside the last baseline, which moves along, everything is held to a fixed anchor: the level of the first commit, or
of one that was named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import Literal

from ..latency.machine_speed import ALIKE, FOLLOWS
from .levels import fitted, fitted_levels
from .moves import ALPHA, Move, moves
from .series import Mark, Observation, Series, is_worse

LEAST = 0.005
"""Smallest relative change of a noisy number that is told, and smallest of many small ones together."""
LEAST_POINTS = 0.002
"""Likewise of shares."""
_SMALL = 0.02
"""Relative change of an exact number that is one of many small ones at most, or share."""
_MANY = 3
"""Small changes one way that make a drift."""


@dataclass(frozen=True)
class Change:
    """One of a series. Places are those of commits."""

    kind: Literal["step", "drift"]
    first: int
    """The first commit that is other than those before."""
    last: int
    """The last one of a drift; of a step the same."""
    earliest: int
    """Where it may have begun, and ..."""
    latest: int
    """... ended, at 95 %; of what is exact the same as `first` and `last`."""
    before: float
    after: float
    rise: float
    """Relative, or of shares in shares."""
    is_worse: bool
    mark: Mark | None = None
    """What took it over, if anything did."""
    was_seen: bool | None = None
    """Did any number of it lie beyond what the gate held it to? None where nothing was held then."""
    chance: float = 0.0
    """That noise alone would have shown as much; nothing of what is exact."""
    speed: float = 0.0
    """Relative change of the reference's time with it, where that may explain it; nothing where it does not."""


@dataclass(frozen=True)
class Trend:
    """A series and what was found in it."""

    series: Series
    changes: Sequence[Change]
    anchor: float
    """Level at the fixed anchor."""
    now: float
    """Level at the last commit."""

    @property
    def since_anchor(self) -> float:
        return _rise(self.series, self.anchor, self.now)

    @property
    def since_stored(self) -> float | None:
        """Beside the last baseline; None where nothing is stored."""
        stored = self.series.stored
        return None if stored is None else _rise(self.series, stored, self.now)


def trends(history: Sequence[Series], anchor: int | None = None, alpha: float = ALPHA) -> tuple[Trend, ...]:
    """Of every series that has anything.

    Args:
        anchor: place of the commit whose level is held to; the first one of each series unless given.
        alpha: chance of a false alarm in any series of them, all together.
    """
    noisy = sum(each.key.is_noisy for each in history)
    return tuple(_trend(each, anchor, alpha / max(1, noisy)) for each in history if each.observations)


def _trend(series: Series, anchor: int | None, alpha: float) -> Trend:
    seen = series.observations
    at = 0 if anchor is None else max((i for i, each in enumerate(seen) if each.place <= anchor), default=0)
    if not series.key.is_noisy:
        return Trend(series, tuple(_exact(series)), seen[at].value, seen[-1].value)
    into, out = _scale(series)
    row = [into(each.value) for each in seen]
    found = moves(row, alpha)
    changes = tuple(filter(None, (_noisy(series, move, out) for move in found)))
    ramps = [move.ramp for move in found]
    line = fitted(row, ramps, fitted_levels(row, ramps))
    return Trend(series, changes, out(line[at]), out(line[-1]))


def _scale(series: Series) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Into what levels are compared in, and back."""
    return (math.log, math.exp) if series.is_relative else (float, float)


def _rise(series: Series, before: float, after: float) -> float:
    return after / before - 1 if series.is_relative and before > 0 else after - before


def _noisy(series: Series, move: Move, out: Callable[[float], float]) -> Change | None:
    before, after = out(move.before), out(move.after)
    rise = _rise(series, before, after)
    if abs(rise) < (LEAST if series.is_relative else LEAST_POINTS):
        return None
    seen, metric = series.observations, series.key.row
    first, last = seen[move.ramp.start + 1].place, seen[move.ramp.end].place
    earliest, latest = seen[move.earliest].place, seen[move.latest].place
    return Change(
        "step" if move.is_step else "drift",
        first,
        last,
        min(first, earliest),
        max(last, latest),
        before,
        after,
        rise,
        is_worse(metric, before, after),
        _mark(series, min(first, earliest), _until(series, max(last, latest)), rise > 0),
        _was_seen(series, min(first, earliest), max(last, latest)),
        move.chance,
        _speed(series, move),
    )


def _until(series: Series, place: int) -> int:
    """A baseline may be taken over by the commit after the one that it changed with."""
    return next((each.place for each in series.observations if each.place > place), place)


def _mark(series: Series, first: int, last: int, up: bool) -> Mark | None:
    return next((m for m in series.marks if first <= m.place <= last and (m.after > m.before) == up), None)


def _was_seen(series: Series, first: int, last: int) -> bool | None:
    held = [
        is_worse(series.key.row, each.limit, each.value)
        for each in series.observations
        if first <= each.place <= last and each.limit is not None
    ]
    return any(held) if held else None


def _speed(series: Series, move: Move) -> float:
    """See `latency.machine_speed`: the ratio of integers to floats follows the machine's speed a little."""
    sides = series.observations[: move.ramp.start + 1], series.observations[move.ramp.end :]
    before, after = ([math.log(each.reference_s) for each in side if each.reference_s] for side in sides)
    if not before or not after:
        return 0.0
    apart = fmean(after) - fmean(before)
    return math.expm1(apart) if abs(apart) > ALIKE and abs(move.rise) <= FOLLOWS * abs(apart) else 0.0


def _exact(series: Series) -> Iterator[Change]:
    """Every change; of many small ones that go one way one."""
    pairs = zip(series.observations, series.observations[1:], strict=False)
    differing = [(before, after) for before, after in pairs if before.value != after.value]

    def kind(pair: tuple[Observation, Observation]) -> tuple[bool, bool]:
        rise = _rise(series, pair[0].value, pair[1].value)
        return rise > 0, abs(rise) <= _SMALL

    for (_, is_small), group in groupby(differing, kind):
        together = [*group]
        whole = _rise(series, together[0][0].value, together[-1][1].value)
        least = LEAST if series.is_relative else LEAST_POINTS
        if is_small and len(together) >= _MANY and abs(whole) >= least:
            yield _exact_change(series, "drift", together[0], together[-1])
        else:
            yield from (_exact_change(series, "step", each, each) for each in together)


def _exact_change(
    series: Series,
    kind: Literal["step", "drift"],
    begin: tuple[Observation, Observation],
    end: tuple[Observation, Observation],
) -> Change:
    first, last, before, after = begin[1].place, end[1].place, begin[0].value, end[1].value
    rise = _rise(series, before, after)
    worse = is_worse(series.key.row, before, after)
    mark = _mark(series, first, last, after > before)
    return Change(kind, first, last, first, last, before, after, rise, worse, mark, was_seen=worse)
