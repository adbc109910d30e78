"""Which measured variants meet limits of time, size and accuracy, in which order, and what the others break. Pure.

The estimate decides. A limit within its 95 % interval is `close`: another run may come out on the other side of it.
What was not measured meets no limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..measure.interval import Estimate


@dataclass(frozen=True)
class Criterion:
    """What a limit is on; less is better."""

    name: str
    option: str
    """That limits it, without the dashes."""
    unit: str
    """In which it is written."""
    scale: float
    """Of what is written, to one of what is stored: seconds, bytes, a share."""
    suffix: str = ""
    """After a number that is typed."""
    most: float = math.inf
    """That can be typed, in its unit."""

    def typed(self, scaled: float) -> str:
        """A limit in its unit, as it is typed."""
        return f"--{self.option}={scaled:.10g}{self.suffix}"


CRITERIA: Mapping[str, Criterion] = {
    each.name: each
    for each in (
        Criterion("time", "max-ms", "ms", 1e3),
        Criterion("size", "max-mb", "MB", 1e-6),
        Criterion("accuracy", "max-drop", "points lost", 100, "%", 100),
    )
}
"""By name, in the order in which they decide between variants that are alike in the one that was asked for."""


@dataclass(frozen=True)
class Candidate:
    """A variant as one run measured it on one machine."""

    model: str
    name: str
    machine: str
    """Times of different ones are not compared."""
    numbers: Mapping[str, Estimate]
    """By criterion; without what was not measured."""
    clips: int = 0
    """That counted."""
    run: int = 0
    """Which of the runs, in their order."""
    recipe: str | None = None
    """What makes it; None where that is not known."""
    made_with: tuple[tuple[str, str], ...] = ()
    """Options of the run that decided what the recipe makes, and what they were; empty where that is not known."""
    test: str = ""
    """That measured it."""
    verdict: str = ""
    """The worst of that run; empty where it was held to nothing."""

    @property
    def identity(self) -> tuple[object, ...]:
        """Of what is the same variant in another run."""
        return self.machine, self.model, self.name, self.made_with


@dataclass(frozen=True)
class Standing:
    """A candidate beside a limit."""

    criterion: Criterion
    value: Estimate | None
    """None: not measured."""
    limit: float

    @property
    def holds(self) -> bool:
        """By the estimate."""
        return self.value is not None and self.value <= self.limit

    @property
    def is_close(self) -> bool:
        """The limit is within the interval."""
        value = self.value
        return value is not None and value.low < value.high and value.low <= self.limit <= value.high

    @property
    def excess(self) -> float:
        """How far it is beyond the limit, relative to that; 0 where it holds."""
        if self.holds:
            return 0.0
        return self.value / self.limit - 1 if self.value is not None and self.limit > 0 else math.inf

    @property
    def relaxed(self) -> float:
        """The limit, in its unit, that would let it in: three digits, rounded up."""
        scaled = self.criterion.scale * (math.inf if self.value is None else self.value)
        if math.isinf(scaled) or scaled <= 0:
            return max(0.0, scaled)
        step = 10.0 ** (math.floor(math.log10(scaled)) - 2)
        # What is typed is read again, and may then be a hair less.
        return min(math.ceil(scaled / step + 1e-9) * step, self.criterion.most)


@dataclass(frozen=True)
class Shortlist:
    """Candidates of one machine beside limits."""

    candidates: Sequence[Candidate]
    limits: Mapping[str, float]
    """By criterion, in what is stored."""
    by: str = "time"
    """The criterion that orders."""

    def standings(self, candidate: Candidate) -> tuple[Standing, ...]:
        """Beside every limit, in the order of the criteria."""
        return tuple(
            Standing(each, candidate.numbers.get(name), self.limits[name])
            for name, each in CRITERIA.items()
            if name in self.limits
        )

    def broken(self, candidate: Candidate) -> tuple[Standing, ...]:
        """The limits that it does not meet, what was not measured first, then by how far it is beyond."""
        found = [each for each in self.standings(candidate) if not each.holds]
        return tuple(sorted(found, key=lambda each: (each.value is not None, -each.excess)))

    def is_close(self, candidate: Candidate, criterion: str) -> bool:
        """Is the limit on that within the interval?"""
        limit = self.limits.get(criterion)
        standing = Standing(CRITERIA[criterion], candidate.numbers.get(criterion), limit or 0.0)
        return limit is not None and standing.is_close

    @cached_property
    def fits(self) -> tuple[Candidate, ...]:
        """Those that meet every limit, the best first."""
        return tuple(sorted((c for c in self.candidates if not self.broken(c)), key=self._merit))

    @cached_property
    def out(self) -> tuple[Candidate, ...]:
        """The others, the nearest to be met first."""
        return tuple(sorted((c for c in self.candidates if self.broken(c)), key=self._distance))

    @property
    def nearest(self) -> Candidate | None:
        """Where nothing fits, what would with the least change of limits; None where of none all was measured."""
        measured = (c for c in self.out if all(each.value is not None for each in self.broken(c)))
        return None if self.fits else next(measured, None)

    def _merit(self, candidate: Candidate) -> tuple[object, ...]:
        order = (self.by, *(name for name in CRITERIA if name != self.by))
        numbers = (float(candidate.numbers.get(name, math.inf)) for name in order)
        return (*numbers, candidate.model, candidate.name, candidate.made_with)

    def _distance(self, candidate: Candidate) -> tuple[object, ...]:
        broken = self.broken(candidate)
        unmeasured = sum(each.value is None for each in broken)
        return (unmeasured, len(broken), max(each.excess for each in broken), *self._merit(candidate))


def shortlists(
    candidates: Iterable[Candidate], limits: Mapping[str, float], by: str = "time"
) -> Mapping[str, Shortlist]:
    """By machine, in the order in which they come: each variant once, as `latest` says."""
    machines: dict[str, list[Candidate]] = {}
    for each in latest(candidates, limits):
        machines.setdefault(each.machine, []).append(each)
    return {machine: Shortlist(each, limits, by) for machine, each in machines.items()}


def latest(candidates: Iterable[Candidate], limits: Mapping[str, float]) -> tuple[Candidate, ...]:
    """Each variant of a machine once: of the later run; within one by how many limits have a number, then clips."""

    def weight(candidate: Candidate) -> tuple[int, int, int]:
        return candidate.run, len(limits.keys() & candidate.numbers.keys()), candidate.clips

    kept: dict[tuple[object, ...], Candidate] = {}
    for each in candidates:
        before = kept.get(each.identity)
        if before is None or weight(each) >= weight(before):
            kept[each.identity] = each
    return tuple(kept.values())
