"""Versions of what is stored, one after the other -> series with their marks. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from ..baseline.stored import RECORDED
from ..budget import Margins
from ..metrics import METRICS, Rule
from .series import Deed, Key, Mark, Observation, Series, is_worse

_MARGINS: Mapping[Rule, float] = {
    "timed": Margins().latency,
    "tail": Margins().latency_p90,
    "started": Margins().start,
    "answered": Margins().answer,
}
"""Of what is stored by its runs, as far as nobody asked for another."""
_HELD = 3
"""Recorded runs from which on something is held to them."""


@dataclass(frozen=True)
class StoredVersion:
    """What a commit left stored under a key: one number, or the recorded runs of a ratio."""

    place: int
    key: Key
    values: tuple[float, ...]
    references_s: tuple[float | None, ...] = ()


@dataclass
class _Growing:
    observations: list[Observation] = field(default_factory=list[Observation])
    marks: list[Mark] = field(default_factory=list[Mark])
    last: tuple[float, ...] = ()


def stored_series(versions: Iterable[StoredVersion]) -> tuple[Series, ...]:
    """By key.

    Args:
        versions: of every key oldest first.
    """
    growing: dict[Key, _Growing] = {}
    for version in versions:
        grown = growing.setdefault(version.key, _Growing())
        if METRICS[version.key.metric].rule in RECORDED:
            _add_runs(grown, version)
        else:
            _add_number(grown, version)
        grown.last = version.values
    return tuple(
        Series(key, grown.observations, grown.marks, median(grown.last)) for key, grown in growing.items()
    )


def _add_number(grown: _Growing, version: StoredVersion) -> None:
    """What no run differs in: only a change says anything."""
    if version.values == grown.last:
        return
    (value,) = version.values
    if grown.last:
        (before,) = grown.last
        deed: Deed = "accept" if is_worse(version.key.row, before, value) else "tighten"
        grown.marks.append(Mark(version.place, deed, before, value))
    grown.observations.append(Observation(version.place, value))


def _add_runs(grown: _Growing, version: StoredVersion) -> None:
    before, now = grown.last, version.values
    new = len(now) - _kept(before, now)
    if not new or now == before[: len(now)]:
        return
    mean = math.exp(fmean(map(math.log, now[-new:])))
    if before and new == len(now):
        worse = is_worse(version.key.row, median(before), mean)
        # `accept` and `tighten` take over the one run that they saw.
        deed: Deed = "anew" if new > 1 else "accept" if worse else "tighten"
        grown.marks.append(Mark(version.place, deed, median(before), mean))
    margin = _MARGINS.get(version.key.row.rule or "timed", 0.0)
    limit = max(before) * (1 + margin) if len(before) >= _HELD else None
    references = [each for each in version.references_s[-new:] if each]
    grown.observations.append(
        Observation(version.place, mean, limit, fmean(references) if references else None)
    )


def _kept(before: Sequence[float], now: Sequence[float]) -> int:
    """How many of the runs before are still there: the last ones are now the first."""
    most = min(len(before), len(now))
    return next((kept for kept in range(most, 0, -1) if before[-kept:] == now[:kept]), 0)
