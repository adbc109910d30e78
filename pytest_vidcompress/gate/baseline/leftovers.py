"""What a run measured and did not take over, where that is worth a word. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...measure.report import Report
from ..budget import Margins
from ..metrics import METRICS, SEARCHED, quantity
from .recorded_runs import StoredPairs, StoredStart
from .recording import pairs_fault, recording_fault, start_fault
from .stored import BESIDE_CLIPS, PARTS_OF_ANSWERS, PER_MACHINE, Stored, StoredTiming
from .update import MACS, Mode, accuracy_compared, compared, search_compared, work_compared


@dataclass(frozen=True)
class Leftover:
    """One metric of one variant; `str` is the line to show."""

    name: str
    metric: str
    reason: str
    """Why it was left, and what takes it over."""

    def __str__(self) -> str:
        return f"{self.name}: {self.metric} {self.reason}"


def leftovers(
    mode: Mode,
    existing: Mapping[str, Stored],
    timings: Mapping[str, StoredTiming],
    reports: Sequence[Report],
    margins: Margins | None = None,
) -> tuple[Leftover, ...]:
    """Runs that `create` does not record, and better values that `accept` leaves.

    Args:
        existing: entries by variant, before the update.
        timings: likewise, of the machine class of what the reports ran in.
    """
    found: list[Leftover] = []
    for report in {report.name: report for report in reversed(reports)}.values():
        if mode == "create":
            found += _not_recorded(report, timings.get(report.name), margins or Margins())
        elif mode == "accept":
            found += _better(report, existing.get(report.name), timings.get(report.name))
    return tuple(found)


def _not_recorded(report: Report, before: StoredTiming | None, margins: Margins) -> Iterator[Leftover]:
    timing, start = report.timing, report.start
    faults = {
        "latency_ratio": recording_fault(timing, before, margins.latency)
        if timing and report.reference
        else "",
        "start_ratio": start_fault(start, before.start if before else StoredStart(), margins.start)
        if start
        else "",
    }
    if report.from_file:
        recorded = before.answers if before else {}
        faults |= {
            f"{part}_ratio": pairs_fault(
                report.from_file.pairs(part), recorded.get(part, StoredPairs()), margins.answer
            )
            for part in PARTS_OF_ANSWERS
        }
    for metric, fault in faults.items():
        if fault:
            again = "" if "--vc-baseline" in fault else "; run it again with --vc-baseline=create"
            yield Leftover(report.name, metric, f"not recorded: {fault}{again}")


def _better(report: Report, old: Stored | None, timing: StoredTiming | None) -> Iterator[Leftover]:
    how = "take it with --vc-baseline=tighten"
    if old and accuracy_compared(old, report) == "better":
        yield Leftover(report.name, "top1", f"left as it was, though better now: {how}")
    if old and search_compared(old, report) == "better":
        yield Leftover(report.name, SEARCHED[0], f"left as it was, though better now: {how}")
    new = {**Stored.of(report).numbers, **StoredTiming.of(report).numbers}
    stored = {**(old.numbers if old else {}), **(timing.numbers if timing else {})}
    for name in (*BESIDE_CLIPS, *PER_MACHINE):
        of_clips = name in METRICS and METRICS[name].kind in ("accuracy", "search")
        if of_clips or name not in stored:
            continue
        order = (
            work_compared(old, report)
            if old and name == MACS
            else compared(name, stored[name], new.get(name))
        )
        if order == "better":
            before, now = quantity(name, stored[name]), quantity(name, new[name])
            yield Leftover(report.name, name, f"left at {before}, though it is {now} now: {how}")
