"""What a run changes in a baseline: the missing, what got worse, or what got better. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from ...measure.report import Report
from ..budget import Margins
from ..metrics import METRICS, RANKED, is_nothing
from .recorded_runs import MOST_RUNS, StoredPairs, StoredStart
from .recording import pairs_fault, recording_fault, start_fault, tail_fault
from .same_clips import changed, mismatch
from .stored import (
    BESIDE_CLIPS,
    PARTS_OF_ANSWERS,
    PER_MACHINE,
    TAIL_FIELDS,
    Stored,
    StoredTiming,
    paired,
)

Mode = Literal["create", "accept", "tighten"]

CREATED_RUNS = MOST_RUNS
"""Runs of a latency ratio that `create` records: three may be held to, more are known better."""
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


def update_timings(
    mode: Mode,
    existing: Mapping[str, StoredTiming],
    reports: Sequence[Report],
    margins: Margins | None = None,
) -> tuple[dict[str, StoredTiming], tuple[Change, ...]]:
    """As `update`, for a machine class. `create` also completes the recorded runs of a latency ratio."""
    margins = margins or Margins()
    content, changes = dict(existing), list[Change]()
    # The same variant measured by two tests is still one run: only runs lie apart as runs do.
    for report in {report.name: report for report in reversed(reports)}.values():
        old = content.get(report.name)
        new = StoredTiming.of(report)
        if old is not None:
            content[report.name], found = _timing_updated(mode, old, report, reports, margins)
            changes += found
        elif mode != "tighten":
            entry = _without_nothing(new)
            if not _fit(mode, report, None, margins):
                entry = replace(entry, **dict.fromkeys(StoredTiming.lines, ()))
            if not _start_fits(mode, report, StoredStart(), margins):
                entry = replace(entry, start=StoredStart())
            entry = replace(entry, answers=_answers(mode, report, {}, margins)[0])
            if not _tail_fits(mode, report):
                entry = replace(entry, **dict.fromkeys(TAIL_FIELDS, ()))
            if entry.runs or entry.numbers or entry.start.runs or entry.answers:
                content[report.name] = entry
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


def _ranked_compared(old: Stored, report: Report) -> tuple[Order, ...]:
    """GAP and mAP, on the same clips alone."""
    if set(old.clip_ids) != set(report.identity.clip_ids):
        return ()
    new = Stored.of(report).numbers
    return tuple(compared(name, old.numbers.get(name), new.get(name)) for name in RANKED)


def _accuracy_change(old: Stored, new: Stored, name: str) -> Change:
    """The line for all of it: top-1, or what is ranked where that alone is another."""
    before, after = (tuple(each.numbers.get(metric) for metric in RANKED) for each in (old, new))
    moved = [metric for metric, was, is_ in zip(RANKED, before, after, strict=True) if was != is_]
    alone = moved and old.outcomes == new.outcomes and old.agreements == new.agreements
    metric = moved[0] if alone else "top1"
    return Change(name, metric, old.numbers.get(metric), new.numbers.get(metric))


def _updated(
    mode: Mode, old: Stored, report: Report, reports: Sequence[Report]
) -> tuple[Stored, list[Change]]:
    """An entry after a run, and what changed in it."""
    new, changes, taken = Stored.of(report), list[Change](), dict[str, Any]()
    numbers = dict(old.numbers)
    if takes(mode, accuracy_compared(old, report)):
        taken |= {field: getattr(new, field) for field in _OF_CLIPS}
        _take_over(numbers, new.numbers, [name for name in BESIDE_CLIPS if _is_accuracy(name)])
        changes.append(_accuracy_change(old, new, report.name))
    elif mode != "tighten" and _identifies(old, new):
        taken |= {field: getattr(new, field) for field in _IDENTITY}
        changes.append(Change(report.name, "clips_digest", None, new.clips_digest))
    for name in BESIDE_CLIPS:
        before, after = old.numbers.get(name), new.numbers.get(name)
        if not _is_accuracy(name) and takes(mode, compared(name, before, after)):
            _take_over(numbers, new.numbers, [name])
            changes.append(Change(report.name, name, before, after))
    if _moved(mode, old.test, report, reports):
        taken["test"] = report.test
        changes.append(Change(report.name, "test", old.test, report.test))
    return replace(old, numbers=numbers, **taken), changes


def _timing_updated(
    mode: Mode, old: StoredTiming, report: Report, reports: Sequence[Report], margins: Margins
) -> tuple[StoredTiming, list[Change]]:
    new, changes, taken = StoredTiming.of(report), list[Change](), dict[str, Any]()
    timed = _recorded(mode, old, new, margins.latency) if _fit(mode, report, old, margins) else old
    if timed.runs != old.runs:
        taken |= {field: getattr(timed, field) for field in StoredTiming.lines}
        changes.append(Change(report.name, "latency_ratio", old.latency_ratio, timed.latency_ratio))
    if _start_fits(mode, report, old.start, margins):
        start = _recorded(mode, old.start, new.start, margins.start)
        if start.runs != old.start.runs:
            taken["start"] = start
            changes.append(Change(report.name, "start_ratio", old.start.ratio, start.ratio))
    answers, recorded = _answers(mode, report, old.answers, margins)
    if recorded:
        taken["answers"] = answers
        changes += recorded
    tailed = _tailed(mode, old, new, margins.latency_p90) if _tail_fits(mode, report) else old
    if tailed.p90s != old.p90s:
        taken |= {field: getattr(tailed, field) for field in TAIL_FIELDS}
        changes.append(Change(report.name, "latency_p90_ratio", old.p90_ratio, tailed.p90_ratio))
    numbers, layers = dict(old.numbers), dict(old.layers)
    for name in PER_MACHINE:
        before, after = old.numbers.get(name), new.numbers.get(name)
        # Timing and memory may be switched off; that is no reason to forget them.
        if after is not None and takes(mode, compared(name, before, after)):
            numbers[name] = after
            changes.append(Change(report.name, name, before, after))
            if precision := METRICS[name].precision:
                layers[precision] = new.layers.get(precision, ())
    if _moved(mode, old.test, report, reports):
        taken["test"] = report.test
    return replace(old, numbers=numbers, layers=layers, **taken), changes


def _without_nothing(timing: StoredTiming) -> StoredTiming:
    numbers = {name: value for name, value in timing.numbers.items() if not is_nothing(name, value)}
    return replace(timing, numbers=numbers)


def _take_over(numbers: dict[str, float], new: Mapping[str, float], names: Sequence[str]) -> None:
    """Their new values; what was not measured is forgotten."""
    for name in names:
        numbers.pop(name, None)
        if name in new:
            numbers[name] = new[name]


def _is_accuracy(name: str) -> bool:
    return name in METRICS and METRICS[name].kind == "accuracy"


def _identifies(old: Stored, new: Stored) -> bool:
    """The same on every clip, and now it is known what these were."""
    same = (old.clip_ids, old.outcomes, old.agreements) == (new.clip_ids, new.outcomes, new.agreements)
    return same and not old.clips_digest and new.clips_digest != ""


def _fit(mode: Mode, report: Report, old: StoredTiming | None, margins: Margins) -> bool:
    """May the run's time become one of several? What is accepted or tightened stands alone."""
    return mode != "create" or not report.timing or not recording_fault(report.timing, old, margins.latency)


def _start_fits(mode: Mode, report: Report, old: StoredStart, margins: Margins) -> bool:
    """As `_fit`, of its cold starts."""
    return mode != "create" or not report.start or not start_fault(report.start, old, margins.start)


def _answers(
    mode: Mode, report: Report, old: Mapping[str, StoredPairs], margins: Margins
) -> tuple[dict[str, StoredPairs], list[Change]]:
    """The recorded rounds of each part of the way from files to answers after a run, and what changed."""
    content, changes = dict(old), list[Change]()
    if report.from_file is None:
        return content, changes
    for part in PARTS_OF_ANSWERS:
        pairs, before = report.from_file.pairs(part), old.get(part, StoredPairs())
        if mode == "create" and pairs_fault(pairs, before, margins.answer):
            continue
        after = _recorded(mode, before, StoredPairs.of(pairs), margins.answer)
        if after.runs != before.runs:
            content[part] = after
            changes.append(Change(report.name, f"{part}_ratio", before.ratio, after.ratio))
    return content, changes


T = TypeVar("T", StoredTiming, StoredStart, StoredPairs)


def _recorded(mode: Mode, old: T, new: T, margin: float) -> T:
    """Recorded runs after this one. Worse and better are beyond all of them: within them it is noise."""
    limit = old.limit(margin)
    if not new.runs:
        return old
    if limit is None:
        return old if mode == "tighten" else new
    (ratio,) = new.runs
    if mode == "create":
        # A run beyond the limit would widen it.
        return old.plus(new) if len(old.runs) < CREATED_RUNS and ratio <= limit else old
    if mode == "accept":
        return new if ratio > limit else old
    return new if ratio < min(old.runs) / (1.0 + margin) else old


def _tail_fits(mode: Mode, report: Report) -> bool:
    """As `_fit`, of its slower calls."""
    return report.timing is not None and (mode != "create" or not tail_fault(report.timing))


def _tailed(mode: Mode, old: StoredTiming, new: StoredTiming, margin: float) -> StoredTiming:
    """As `_recorded`, of the slower calls."""
    if not new.p90s:
        return old
    (ratio,) = new.p90s
    worse = not old.p90s or ratio > max(old.p90s) * (1.0 + margin)
    if mode == "create":
        fits = not old.p90s or not worse
        return old.plus_tail(new) if fits and len(old.p90s) < CREATED_RUNS else old
    better = bool(old.p90s) and ratio < min(old.p90s) / (1.0 + margin)
    taken = worse if mode == "accept" else better
    return replace(old, **{field: getattr(new, field) for field in TAIL_FIELDS}) if taken else old


def _moved(mode: Mode, before: str, report: Report, reports: Sequence[Report]) -> bool:
    """Another test measures this variant now, and the one that did does not."""
    tests = {other.test for other in reports if other.name == report.name}
    return mode != "tighten" and before not in tests


def _shown(value: float | str | None) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"
