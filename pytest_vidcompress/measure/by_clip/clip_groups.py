"""Which clips cost more: by how much they move, and by class. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from ..interval import Estimate
from ..report import Report
from .distribution import Distribution
from .thirds import THIRDS, thirds

Kind = Literal["motion", "class"]


@dataclass(frozen=True)
class ClipGroup:
    """Clips that have something in common; those of several classes are in each of theirs."""

    kind: Kind
    name: str
    """One of `THIRDS`, or a label."""
    clips: int
    """Those that were counted."""
    macs: Estimate
    """Mean of these."""
    motion: float
    """Likewise, as `motion` measures it."""
    timed: int
    """Of them, those that were timed."""
    seconds: Estimate | None
    """Mean of these; None where none was."""


def clip_groups(report: Report) -> tuple[ClipGroup, ...]:
    """By motion, the still ones first, then by class, the dearest first; none where all clips cost the same."""
    cost, shown = report.cost, report.cost.shown
    if not cost.macs_by_clip:
        return ()
    seconds = report.timing.seconds_of_clips if report.timing else {}
    names: dict[Kind, Sequence[tuple[str, ...]]] = {
        "motion": [(third,) for third in thirds(shown.motions)],
        "class": shown.labels,
    }
    return tuple(group for kind, each in names.items() for group in _groups(kind, each, report, seconds))


def _groups(
    kind: Kind, names: Sequence[tuple[str, ...]], report: Report, seconds: Mapping[str, float]
) -> Iterator[ClipGroup]:
    """Of one kind, in its order."""
    members: dict[str, list[int]] = {}
    for clip, own in enumerate(names):
        for name in own:
            members.setdefault(name, []).append(clip)
    made = [_group(kind, name, clips, report, seconds) for name, clips in members.items()]
    if kind == "motion":
        yield from sorted(made, key=lambda group: THIRDS.index(group.name))
    else:
        yield from sorted(made, key=lambda group: (-group.macs, group.name))


def _group(
    kind: Kind, name: str, clips: Sequence[int], report: Report, seconds: Mapping[str, float]
) -> ClipGroup:
    shown, macs = report.cost.shown, report.cost.macs_by_clip
    timed = [seconds[shown.ids[clip]] for clip in clips if shown.ids[clip] in seconds]
    return ClipGroup(
        kind,
        name,
        len(clips),
        Distribution(tuple(float(macs[clip]) for clip in clips)).mean,
        fmean(shown.motions[clip] for clip in clips),
        len(timed),
        Distribution(tuple(timed)).mean if timed else None,
    )
