"""What a run changes in a baseline: the missing, what got worse, or what got better. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ...measure.report import Report
from ..budget import Margins
from .same_clips import changed, mismatch
from .stored import MOST_RUNS, RUN_FIELDS, Stored, StoredTiming, paired

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
        old, new = content.get(report.name), Stored.of(report)
        if old is None:
            if mode != "tighten":
                content[report.name] = new
                changes.append(Change(report.name, "entry", None, report.test))
            continue
        taken: dict[str, Any] = {}
        if _takes(mode, _accuracy(old, report)):
            taken = {field: getattr(new, field) for field in _ACCURACY}
            changes.append(Change(report.name, "top1", old.top1, new.top1))
        elif mode != "tighten" and _identifies(old, new):
            taken = {field: getattr(new, field) for field in _IDENTITY}
            changes.append(Change(report.name, "clips_digest", None, new.clips_digest))
        for metric, sign in _EXACT.items():
            before, after = getattr(old, metric), getattr(new, metric)
            if _takes(mode, _order(before, after, sign)):
                taken[metric] = after
                changes.append(Change(report.name, metric, before, after))
        if _moved(mode, old.test, report, reports):
            taken["test"] = report.test
            changes.append(Change(report.name, "test", old.test, report.test))
        content[report.name] = replace(old, **taken)
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
        old, new = content.get(report.name), StoredTiming.of(report)
        if old is None:
            if mode != "tighten" and (new.runs or new.peak_memory_bytes is not None):
                content[report.name] = new
                changes.append(Change(report.name, "entry", None, report.test))
            continue
        taken: dict[str, Any] = {}
        timed = _timed(mode, old, new, margins.latency)
        if timed.runs != old.runs:
            taken |= {field: getattr(timed, field) for field in RUN_FIELDS}
            changes.append(Change(report.name, "latency_ratio", old.latency_ratio, timed.latency_ratio))
        before, after = old.peak_memory_bytes, new.peak_memory_bytes
        # Timing and memory may be switched off; that is no reason to forget them.
        if after is not None and _takes(mode, _order(before, after, 1)):
            taken["peak_memory_bytes"] = after
            changes.append(Change(report.name, "peak_memory_bytes", before, after))
        if _moved(mode, old.test, report, reports):
            taken["test"] = report.test
        content[report.name] = replace(old, **taken)
    return content, tuple(changes)


def unused(
    existing: Mapping[str, Stored] | Mapping[str, StoredTiming],
    used_names: Collection[str],
    collected_test_files: Collection[str],
    exists: Callable[[str], bool],
) -> tuple[str, ...]:
    """Names of entries that no test uses any more.

    Their test file is gone (`exists` says so), or is among the files that this run collected and ran
    completely, and yet nothing measured them. Files as in a node id, relative to the root. What another
    runtime was chosen for, `recipe@runtime`, is not missed.
    """
    names: list[str] = []
    for name, entry in existing.items():
        file = entry.test.partition("::")[0]
        missed = file in collected_test_files and "@" not in name
        if name not in used_names and file and (missed or not exists(file)):
            names.append(name)
    return tuple(sorted(names))


_IDENTITY = ("clips_digest", "contents", "protocol")
_ACCURACY = ("top1", "top5", "agreement", "kl", "clip_ids", "outcomes", "agreements", *_IDENTITY)
"""One measurement, so they move together."""
_EXACT = {"size_bytes": 1, "parameters": 1, "macs": 1, "sparsity": -1}
"""Metric -> 1 where more is worse, -1 where more is better."""

_Order = Literal["missing", "worse", "better", "same"]


def _takes(mode: Mode, order: _Order) -> bool:
    wanted = {"create": ("missing",), "accept": ("missing", "worse"), "tighten": ("better",)}
    return order in wanted[mode]


def _order(before: float | None, after: float | None, sign: int) -> _Order:
    if before is None:
        return "same" if after is None else "missing"
    # A metric that can no longer be held is worse than any value of it.
    if after is None:
        return "worse"
    if math.isclose(before, after, rel_tol=0 if isinstance(after, int) else ROUNDED, abs_tol=0):
        return "same"
    return "worse" if sign * (after - before) > 0 else "better"


def _accuracy(old: Stored, report: Report) -> _Order:
    if mismatch(old, report.identity) or changed(old, report.identity):
        # Other clips: they cannot be compared, and `accept` is how one says that these are the right ones.
        return "worse"
    pair = paired(old, report)
    if pair.drop > 0 or paired(old, report, "agreements").drop > 0:
        return "worse"
    # Tightening must not make the baseline know fewer clips than it did.
    if not set(old.clip_ids) <= set(report.identity.clip_ids):
        return "same"
    if pair.drop < 0:
        return "better"
    if set(old.clip_ids) != set(report.identity.clip_ids):
        return "same"
    return _order(None if math.isnan(old.agreement) else old.agreement, float(report.agreement), -1)


def _identifies(old: Stored, new: Stored) -> bool:
    """The same on every clip, and now it is known what these were."""
    same = (old.clip_ids, old.outcomes, old.agreements) == (new.clip_ids, new.outcomes, new.agreements)
    return same and not old.clips_digest and new.clips_digest != ""


def _timed(mode: Mode, old: StoredTiming, new: StoredTiming, margin: float) -> StoredTiming:
    """Recorded runs after this one. Worse and better are beyond all of them: within them it is noise."""
    limit = old.latency_limit(margin)
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
