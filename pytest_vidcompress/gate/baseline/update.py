"""What a run changes in a baseline beside the clips: the missing, what got worse, or what got better. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ...measure.report import Report
from ..metrics import METRICS, RANKED, SEARCHED, Kind, is_nothing
from .clip_costs import ClipCosts
from .same_clips import changed, mismatch
from .stored import BESIDE_CLIPS, Stored, cost_pairs, paired

Mode = Literal["create", "accept", "tighten"]

MACS = "macs"
ROUNDED = 1e-5
"""Two numbers this close, relatively, may differ by the six digits of the file alone."""


@dataclass(frozen=True)
class Change:
    """One metric of one entry that is taken over; `str` is the line to show."""

    name: str
    metric: str
    """`entry` for a whole new one."""
    old: float | str | None
    new: float | str | None

    def __str__(self) -> str:
        if self.metric == "entry":
            return f"{self.name}: new entry" if self.old is None else f"{self.name}: entry removed"
        if self.old is None:
            return f"{self.name}: {self.metric} {_shown(self.new)}, new"
        return f"{self.name}: {self.metric} {_shown(self.old)} -> {_shown(self.new)}"


def update(
    mode: Mode, existing: Mapping[str, Stored], reports: Sequence[Report]
) -> tuple[dict[str, Stored], tuple[Change, ...]]:
    """New entries by variant, and what changed. Reports are of one model on one clip set."""
    content, changes = dict(existing), list[Change]()
    for report in reports:
        old = content.get(report.name)
        if old is not None:
            content[report.name], found = _updated(mode, old, report, reports)
            changes += found
        elif mode != "tighten":
            content[report.name] = Stored.of(report)
            changes.append(Change(report.name, "entry", None, report.test))
    return content, tuple(changes)


_IDENTITY = ("clips_digest", "contents", "protocol", "protocol_details", "protocol_label")
_OF_CLIPS = ("clip_ids", "outcomes", "agreements", "by_clip", *_IDENTITY)
"""What comes with the numbers of accuracy: one measurement, so they move together."""

Order = Literal["missing", "worse", "better", "same"]


def takes(mode: Mode, order: Order) -> bool:
    """Is what compares so with the baseline taken over?"""
    wanted = {"create": ("missing",), "accept": ("missing", "worse"), "tighten": ("better",)}
    return order in wanted[mode]


def compared(name: str, before: float | None, after: float | None) -> Order:
    """A number that is stored, or a part of one, with what was measured."""
    if before is None:
        return "same" if after is None or is_nothing(name, after) else "missing"
    # A metric that can no longer be held is worse than any value of it.
    if after is None:
        return "worse"
    if math.isclose(before, after, rel_tol=0 if isinstance(after, int) else ROUNDED, abs_tol=0):
        return "same"
    more_is_worse = name not in METRICS or METRICS[name].better == "lower"
    return "worse" if (after > before) == more_is_worse else "better"


def accuracy_compared(old: Stored, report: Report) -> Order:
    """The clips' outcomes, all of them as one."""
    if mismatch(old, report.identity) or changed(old, report.identity):
        # Other clips: they cannot be compared, and `accept` is how one says that these are the right ones.
        return "worse"
    pair, ranked = paired(old, report), _ranked_compared(old, report)
    if pair.drop > 0 or paired(old, report, "agreements").drop > 0 or "worse" in ranked:
        return "worse"
    # Tightening must not make the baseline know fewer clips than it did.
    if not set(old.clip_ids) <= set(report.identity.clip_ids):
        return "same"
    if pair.drop < 0:
        return "better"
    if set(old.clip_ids) != set(report.identity.clip_ids):
        return "same"
    for order in ("missing", "better"):
        if order in ranked:
            return order
    return compared("agreement", old.numbers.get("agreement"), float(report.agreement))


def work_compared(old: Stored, report: Report) -> Order:
    """MACs, clip by clip where they are stored so: worse where either their mean or their p95 is."""
    pairs, now = cost_pairs(old, report), ClipCosts.of(report.cost).macs
    if pairs is None:
        order = compared(MACS, old.numbers.get(MACS), report.macs)
        return "missing" if order != "worse" and now else order
    if not pairs.then or mismatch(old, report.identity):
        return "worse"  # of other clips, as the outcomes
    if max(pairs.rise, pairs.dear_rise) > ROUNDED:
        return "worse"
    if pairs.rise >= -ROUNDED:
        return "same"
    # Tightening must not make the baseline know fewer clips than it did.
    return "better" if not now or old.clip_costs.macs.keys() <= now.keys() else "same"


def search_compared(old: Stored, report: Report) -> Order:
    """What embeddings find, all of it as one; the same where that was not measured."""
    if report.search is None:
        return "same"
    if mismatch(old, report.identity) or changed(old, report.identity):
        return "worse"  # as of accuracy
    orders = _ranked_compared(old, report, SEARCHED)
    for order in ("worse", "missing", "better"):
        if order in orders:
            return order
    return "same"


def _ranked_compared(old: Stored, report: Report, names: Sequence[str] = RANKED) -> tuple[Order, ...]:
    """What is ranked, on the same clips alone."""
    if set(old.clip_ids) != set(report.identity.clip_ids):
        return ()
    new = Stored.of(report).numbers
    return tuple(compared(name, old.numbers.get(name), new.get(name)) for name in names)


def _accuracy_change(old: Stored, new: Stored, name: str) -> Change:
    """The line for all of it: top-1, or what is ranked where that alone is another."""
    before, after = (tuple(each.numbers.get(metric) for metric in RANKED) for each in (old, new))
    moved = [metric for metric, was, is_ in zip(RANKED, before, after, strict=True) if was != is_]
    alone = moved and old.outcomes == new.outcomes and old.agreements == new.agreements
    metric = moved[0] if alone else "top1"
    return Change(name, metric, old.numbers.get(metric), new.numbers.get(metric))


def _search_change(old: Stored, new: Stored, name: str) -> Change:
    moved = [metric for metric in SEARCHED if old.numbers.get(metric) != new.numbers.get(metric)]
    metric = (moved or SEARCHED)[0]
    return Change(name, metric, old.numbers.get(metric), new.numbers.get(metric))


def _updated(
    mode: Mode, old: Stored, report: Report, reports: Sequence[Report]
) -> tuple[Stored, list[Change]]:
    """An entry after a run, and what changed in it."""
    new, changes, taken = Stored.of(report), list[Change](), dict[str, Any]()
    numbers = dict(old.numbers)
    retaken, searched = takes(mode, accuracy_compared(old, report)), takes(mode, search_compared(old, report))
    if retaken:
        taken |= {field: getattr(new, field) for field in _OF_CLIPS}
        _take_over(numbers, new.numbers, [name for name in BESIDE_CLIPS if _kind(name) == "accuracy"])
        changes.append(_accuracy_change(old, new, report.name))
    elif mode != "tighten" and _identifies(old, new):
        taken |= {field: getattr(new, field) for field in _IDENTITY}
        changes.append(Change(report.name, "clips_digest", None, new.clips_digest))
    # Of other clips nothing is known unless it was measured.
    if searched or (retaken and old.clip_ids != new.clip_ids):
        taken |= {"searched": new.searched}
        _take_over(numbers, new.numbers, SEARCHED)
    if searched:
        changes.append(_search_change(old, new, report.name))
    for name in BESIDE_CLIPS:
        before, after = old.numbers.get(name), new.numbers.get(name)
        order = work_compared(old, report) if name == MACS else compared(name, before, after)
        if _kind(name) == "cost" and takes(mode, order):
            _take_over(numbers, new.numbers, [name])
            taken |= {"clip_costs": new.clip_costs} if name == MACS else {}
            changes.append(Change(report.name, name, before, after))
    if moved(mode, old.test, report, reports):
        taken["test"] = report.test
        changes.append(Change(report.name, "test", old.test, report.test))
    return replace(old, numbers=numbers, **taken), changes


def _take_over(numbers: dict[str, float], new: Mapping[str, float], names: Sequence[str]) -> None:
    """Their new values; what was not measured is forgotten."""
    for name in names:
        numbers.pop(name, None)
        if name in new:
            numbers[name] = new[name]


def _kind(name: str) -> Kind:
    """Of a metric; parts are of what costs."""
    return METRICS[name].kind if name in METRICS else "cost"


def _identifies(old: Stored, new: Stored) -> bool:
    """The same on every clip, and now it is known what these were."""
    same = (old.clip_ids, old.outcomes, old.agreements) == (new.clip_ids, new.outcomes, new.agreements)
    return same and not old.clips_digest and new.clips_digest != ""


def moved(mode: Mode, before: str, report: Report, reports: Sequence[Report]) -> bool:
    """Another test measures this variant now, and the one that did does not."""
    tests = {other.test for other in reports if other.name == report.name}
    return mode != "tighten" and before not in tests


def _shown(value: float | str | None) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
