"""As `update`, of what a machine class decides: recorded runs, memory, and shares of MACs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ...measure.report import Report
from ..budget import Margins
from ..metrics import METRICS, is_nothing
from .recorded_runs import MOST_RUNS, StoredPairs, StoredStart
from .recording import pairs_fault, recording_fault, start_fault, tail_fault
from .stored import PARTS_OF_ANSWERS, PER_MACHINE, TAIL_FIELDS, StoredTiming
from .update import Change, Mode, compared, moved, takes

CREATED_RUNS = MOST_RUNS
"""Runs of a latency ratio that `create` records: three may be held to, more are known better."""


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
    if moved(mode, old.test, report, reports):
        taken["test"] = report.test
    return replace(old, numbers=numbers, layers=layers, **taken), changes


def _without_nothing(timing: StoredTiming) -> StoredTiming:
    numbers = {name: value for name, value in timing.numbers.items() if not is_nothing(name, value)}
    return replace(timing, numbers=numbers)


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
