"""The rise that fits a row of numbers best: one level, a ramp to another, that level. A step is a ramp of one. Pure.

Least squares, over where it begins and how long it takes; everything of a ramp comes from two running sums, so that
two thousand ramps of two hundred numbers are tried within milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

FEWEST = 3
"""Numbers that a level rests on at least: what fewer say is left to the gate."""
Span = tuple[int, int]
"""Start and end of a ramp that is tried."""


@dataclass(frozen=True)
class Ramp:
    """From the last number of the old level to the first of the new one."""

    start: int
    end: int

    @property
    def is_step(self) -> bool:
        return self.end == self.start + 1

    def shifted(self, by: int) -> Ramp:
        return Ramp(self.start + by, self.end + by)

    def at(self, place: int) -> float:
        """How much of the rise a number has: 0 to 1."""
        return min(1.0, max(0.0, (place - self.start) / (self.end - self.start)))


@dataclass(frozen=True)
class Fit:
    """A ramp, and what it explains."""

    ramp: Ramp
    rise: float
    explained: float
    """Of the sum of squares."""


class Numbers:
    """A row of numbers with its running sums."""

    def __init__(self, values: Sequence[float]) -> None:
        mean = fmean(values)
        self.values = [value - mean for value in values]
        self.squares = sum(value * value for value in self.values)
        self._sums = [0.0, *accumulate(self.values)]
        self._moments = [0.0, *accumulate(place * value for place, value in enumerate(self.values))]

    def __len__(self) -> int:
        return len(self.values)

    def fit(self, ramp: Ramp) -> Fit | None:
        """None where one of the levels would rest on too few."""
        rise, explained = self._fit(ramp.start, ramp.end)
        return Fit(ramp, rise, explained) if explained >= 0 else None

    def best(self, spans: Iterable[Span]) -> Fit | None:
        """The one that explains most, the first of equals; None where none rests on enough."""
        start, end = max(spans, key=lambda span: self._fit(*span)[1], default=(0, 0))
        return self.fit(Ramp(start, end)) if end else None

    def _fit(self, start: int, end: int) -> tuple[float, float]:
        """The rise, and the sum of squares that it explains: less than nothing where levels rest on too few."""
        n = len(self.values)
        length, after = end - start, n - end
        total = (length - 1) / 2 + after
        weight = (length - 1) * (2 * length - 1) / (6 * length) + after - total * total / n
        # The share that the number at its far end has in it: of a step of `FEWEST` numbers, nearly one in as many.
        if FEWEST * max(total / n, 1 - total / n) ** 2 > weight:
            return 0.0, -1.0
        sums, moments = self._sums, self._moments
        inner = moments[end] - moments[start + 1] - start * (sums[end] - sums[start + 1])
        # The sum of all is nothing, so what lies behind is minus what lies before.
        along = inner / length - sums[end]
        return along / weight, along * along / weight

    def left(self, fit: Fit) -> list[float]:
        """What a fit does not explain."""
        share = [fit.ramp.at(place) for place in range(len(self))]
        middle = fmean(share)
        return [value - fit.rise * (each - middle) for value, each in zip(self.values, share, strict=True)]


def lengths(most: int) -> list[int]:
    """Lengths of ramps that are tried first: 1, 2, 3, 5, 8 ... Between two of them hardly anything is lost."""
    found, after = list[int](), (1, 2)
    while after[0] <= most:
        found.append(after[0])
        after = (after[1], sum(after))
    return found


def steps(n: int) -> Iterator[Span]:
    """Of n numbers."""
    return ((start, start + 1) for start in range(FEWEST - 1, n - FEWEST))


def ramps(n: int) -> Iterator[Span]:
    """Steps and longer ones, of n numbers."""
    return (
        (start, start + length)
        for length in lengths(n - 1)
        for start in range(max(0, FEWEST - length), n - max(length, FEWEST))
    )


def near(ramp: Ramp, n: int) -> Iterator[Span]:
    """Ramps of all lengths about one, which is the first."""
    reach = ramp.end - ramp.start + 2
    yield ramp.start, ramp.end
    for start in range(max(0, ramp.start - reach), min(n - 1, ramp.start + reach + 1)):
        yield from ((start, end) for end in range(start + 1, min(n - 1, start + 2 * reach) + 1))
