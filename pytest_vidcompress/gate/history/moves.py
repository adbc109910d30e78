"""Where a row of numbers moved to another level, at once or slowly, surely so. Pure.

Of every row the ramp is taken that fits best (`ramp`), and believed where a t test says so after all the ramps that
were tried are paid for (Bonferroni) and after what neighbours have in common is taken off. On either side of it the
same is asked again (binary segmentation: Scott and Knott, 1974), and of a slow rise and of several steps in its place
the simpler explanation counts (BIC: Schwarz, 1978). Single outliers are drawn to their neighbours (Hampel, 1974).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ..statistics import binomial_tail, student_tail
from .levels import fitted, fitted_levels
from .ramp import FEWEST, Fit, Numbers, Ramp, Span, near, ramps, steps

ALPHA = 1e-3
"""Chance of any false alarm in a whole history, of all its rows together."""
_GENEROUS = 0.05
"""Chance below which a move is considered at all."""
_WINDOW = 2
"""Neighbours on either side that an outlier is known by."""
_OUTLYING = 3.0
"""Standard deviations from the median of its neighbours beyond which a number counts no further."""
_MEDIAN_OF_NORMAL = 0.53
"""Median distance of a standard normal number to the median of itself and four others."""
_STEP_SET, _DRIFT_SET = 7.35, 3.84
"""Twice a log-likelihood, as far from the best as 95 % reach: of a step (Hansen, 2000, table 1), and of an end of a
drift (chi-square of one degree of freedom)."""


@dataclass(frozen=True)
class Move:
    """From one level to another. Places are those of the row."""

    ramp: Ramp
    before: float
    after: float
    chance: float
    """That noise alone would have shown as much, anywhere in its row."""
    earliest: int
    """First place that may be the first of it, and ..."""
    latest: int
    """... last one that may be its end: 95 % sets."""

    @property
    def is_step(self) -> bool:
        return self.ramp.is_step

    @property
    def rise(self) -> float:
        return self.after - self.before


def moves(values: Sequence[float], alpha: float) -> tuple[Move, ...]:
    """Those of a row, in its order; none of fewer than twice `FEWEST` numbers.

    Args:
        alpha: chance of finding anything where nothing moved.
    """
    if len(values) < 2 * FEWEST:
        return ()
    row = without_outliers(values)
    found = _fitted_again(row, _candidates(row, 0))
    chances = _chances(values, row, found)
    while chances and max(chances) >= alpha:
        found.pop(max(range(len(found)), key=chances.__getitem__))
        found = _fitted_again(row, found)
        chances = _chances(values, row, found)
    return tuple(_between(row, found, chances))


def without_outliers(values: Sequence[float]) -> list[float]:
    """A single number, or two, far beyond their neighbours' median are drawn in; levels, steps and ramps stay."""
    centres = [median(values[max(0, place - _WINDOW) : place + _WINDOW + 1]) for place in range(len(values))]
    away = [abs(value - centre) for value, centre in zip(values, centres, strict=True)]
    reach = _OUTLYING * median(away) / _MEDIAN_OF_NORMAL if away else 0.0
    if not reach:
        return [*values]
    return [
        min(max(value, centre - reach), centre + reach) for value, centre in zip(values, centres, strict=True)
    ]


def _candidates(row: Sequence[float], offset: int) -> list[Ramp]:
    """What may be ramps and steps of a part of a row that begins at `offset`, with a generous error rate."""
    fit = _likely(row, ramps)
    if fit is None:
        return []
    fit = Numbers(row).best(near(fit.ramp, len(row))) or fit
    slow = _around(row, fit.ramp, offset, _candidates)
    if fit.ramp.is_step:
        return slow
    quick = _steps(row, offset)
    return min((each for each in (quick, slow) if each), key=lambda each: _cost(row, offset, each))


def _steps(row: Sequence[float], offset: int) -> list[Ramp]:
    """As `_candidates`, of steps alone."""
    fit = _likely(row, steps)
    return _around(row, fit.ramp, offset, _steps) if fit else []


def _around(
    row: Sequence[float], ramp: Ramp, offset: int, search: Callable[[Sequence[float], int], list[Ramp]]
) -> list[Ramp]:
    before, after = search(row[: ramp.start + 1], offset), search(row[ramp.end :], offset + ramp.end)
    return [*before, ramp.shifted(offset), *after]


def _likely(row: Sequence[float], tried: Callable[[int], Iterator[Span]]) -> Fit | None:
    """The best fit, where noise alone would hardly show as much: other moves count as noise here, so it is not much
    that is asked."""
    if len(row) < 2 * FEWEST:
        return None
    numbers, candidates = Numbers(row), [*tried(len(row))]
    fit = numbers.best(candidates)
    if fit is None or not fit.explained:
        return None
    return fit if 2 * len(candidates) * _chance(numbers, fit, 1.0) < _GENEROUS else None


def _fitted_again(row: Sequence[float], found: Sequence[Ramp]) -> list[Ramp]:
    """Each between its neighbours, which it was first found without."""
    again = [*found]
    for place, ramp in enumerate(found):
        first, last = _borders(row, again, place)
        numbers, local = Numbers(row[first : last + 1]), ramp.shifted(-first)
        tried = steps(len(numbers)) if ramp.is_step else near(local, len(numbers))
        if fit := numbers.best(tried):
            again[place] = fit.ramp.shifted(first)
    return again


def _borders(row: Sequence[float], found: Sequence[Ramp], place: int) -> tuple[int, int]:
    """First and last number of what lies between the neighbours of a ramp."""
    first = found[place - 1].end if place else 0
    last = found[place + 1].start if place + 1 < len(found) else len(row) - 1
    return first, last


def _chances(values: Sequence[float], row: Sequence[float], found: Sequence[Ramp]) -> list[float]:
    """Of each, between its neighbours, after all that were tried; where there are several, borders were too."""
    tried = 2 * sum(1 for _ in ramps(len(row))) * (len(row) if len(found) > 1 else 1)
    chances = list[float]()
    for place, ramp in enumerate(found):
        first, last = _borders(row, found, place)
        numbers, own = Numbers(row[first : last + 1]), ramp.shifted(-first)
        fit = numbers.fit(own)
        one = max(_chance(numbers, fit), _look_alikes(values[first : last + 1], own)) if fit else 1.0
        chances.append(min(1.0, tried * one))
    return chances


def _chance(numbers: Numbers, fit: Fit, inflation: float | None = None) -> float:
    """Of one ramp that was fixed beforehand, one-sided.

    Args:
        inflation: of its variance; what neighbours have in common unless given.
    """
    freedom = len(numbers) - 2
    left = numbers.left(fit)
    # What six digits of a file round away is no noise to measure by.
    unexplained = max(sum(each * each for each in left), 1e-12 * numbers.squares)
    t = math.sqrt(freedom * fit.explained / unexplained / (inflation or _inflation(left)))
    return student_tail(t, freedom)


def _look_alikes(values: Sequence[float], ramp: Ramp) -> float:
    """Chance of the smaller side of a ramp, were its numbers drawn from what the other side shows.

    A few of a row's outliers may come together by chance: then others like them stand elsewhere, and no bell-shaped
    noise is what they come from. Nothing where none does.
    """
    middle = (ramp.start + ramp.end + 1) // 2
    smaller, larger = sorted((values[:middle], values[middle:]), key=len)
    border, above = (median(smaller) + median(larger)) / 2, median(smaller) > median(larger)
    here, there = (sum((value > border) == above for value in side) for side in (smaller, larger))
    return binomial_tail(here, len(smaller), there / len(larger)) if there else 0.0


def _inflation(left: Sequence[float]) -> float:
    """Of the variance of a mean, by what neighbours have in common: a first-order autocorrelation, one standard
    error higher than it looks, and without its bias (Kendall, 1954)."""
    squares = sum(each * each for each in left)
    if not squares:
        return 1.0
    together = sum(one * other for one, other in pairwise(left)) / squares
    common = min(0.9, max(0.0, together + 2 / len(left) + 1 / math.sqrt(len(left))))
    return (1 + common) / (1 - common)


def _cost(row: Sequence[float], offset: int, found: Sequence[Ramp]) -> float:
    """BIC: the less, the better explained for what was assumed."""
    n = len(row)
    local = [ramp.shifted(-offset) for ramp in found]
    line = fitted(row, local, fitted_levels(row, local))
    left = sum((value - level) ** 2 for value, level in zip(row, line, strict=True))
    assumed = 1 + sum(2 if ramp.is_step else 3 for ramp in local)
    return n * math.log(max(left, 1e-300) / n) + assumed * math.log(n)


def _between(row: Sequence[float], found: Sequence[Ramp], chances: Sequence[float]) -> Iterator[Move]:
    levels = fitted_levels(row, found)
    for place, (ramp, chance) in enumerate(zip(found, chances, strict=True)):
        first, last = _borders(row, found, place)
        earliest, latest = _set(Numbers(row[first : last + 1]), ramp.shifted(-first))
        yield Move(ramp, levels[place], levels[place + 1], chance, earliest + first, latest + first)


def _set(numbers: Numbers, ramp: Ramp) -> tuple[int, int]:
    """The first number that may be above the old level, and the last one that may be below the new one, plus one."""
    n = len(numbers)
    spans, reach = (steps(n), _STEP_SET) if ramp.is_step else (near(ramp, n), _DRIFT_SET)
    fits = [fit for span in {(ramp.start, ramp.end), *spans} if (fit := numbers.fit(Ramp(*span)))]
    if not fits:
        return ramp.start + 1, ramp.end
    best = max(fit.explained for fit in fits)
    least = best - reach * max(0.0, numbers.squares - best) / max(1, n - 2)
    within = [fit.ramp for fit in fits if fit.explained >= least]
    return min(each.start for each in within) + 1, max(each.end for each in within)
