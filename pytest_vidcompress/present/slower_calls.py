"""What a user feels of a variant's calls: p50, p90, p99, jitter and slow clips, for terminal, pages and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..gate.metrics import metric_of
from ..gate.verdict import Result, Status, Verdict
from ..measure.interval import Estimate
from ..measure.latency.percentiles import CALLS_OF_P99, Percentiles, slow_clips
from ..measure.report import Report, Timing
from .text_table import bounded, columns_within, list_within, paragraph, shorten
from .width import WIDTH
from .wording import count

HEADER = ("calls", "p50 ms", "p90 ms", "p99 ms", "jitter ms", "p90 ratio")
FAR = 1.25
"""Times p50 from which on a p90 is worth a row of its own."""
MOST_CLIPS = 3
"""That are named of a variant."""


def call_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The variants of one model: rows for those whose slower calls are worth one, a line for the others."""
    timed = timed_calls(results)
    rows = [result for result in timed if _is_told(result)]
    lines: list[str] = []
    if rows:
        header = [f"{HEADER[0]} of {shorten(timed[0].report.model, 30)}", *HEADER[1:]]
        cells = [[result.report.name, *call_cells(result.report, bare=True)[1:]] for result in rows]
        lines += columns_within(*_without_empty(header, cells), width)
    others = [result.report for result in timed if result not in rows]
    said = "; ".join(filter(None, (_of_others(others), unbounded(timed))))
    lines += paragraph(said, width)
    for report in (result.report for result in rows):
        clips = [f"{clip} {times:.1f} times" for clip, times in _slow_clips(report).items()]
        if clips:
            named = f"slow clips of {shorten(report.name, 30)}: "
            lines.append(named + list_within(clips, width - len(named)))
    return lines


def _without_empty(
    header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]], range]:
    """The columns of which any row has a number, and which of them are numbers."""
    kept = [at for at in range(len(header)) if any(row[at] != "-" for row in rows)]
    return [header[at] for at in kept], [[row[at] for at in kept] for row in rows], range(1, len(kept))


def timed_calls(results: Sequence[Result]) -> list[Result]:
    """Those whose calls are known one by one."""
    return [result for result in results if _percentiles(result.report)]


def call_cells(report: Report, bare: bool = False) -> list[str]:
    """Cells under `HEADER`: the number of calls that counted first; a dash where too few bound a number.

    Args:
        bare: only p90 and p99 with their intervals.
    """
    calls = _percentiles(report)
    if calls is None or report.timing is None:
        return ["-"] * len(HEADER)
    return [
        str(len(calls.variant_s)),
        _ms(report.timing.latency, bare),
        _ms(calls.p90),
        _ms(calls.p99),
        _ms(calls.jitter, bare),
        "-" if calls.p90_ratio is None else f"{calls.p90_ratio:.3g}",
    ]


def unbounded(results: Sequence[Result]) -> str:
    """Why there is no p99, in words; empty where there is one of every variant."""
    calls = [found for result in results if (found := _percentiles(result.report))]
    if not calls or all(each.p99 for each in calls):
        return ""
    counted = sorted(len(each.variant_s) for each in calls)
    few = f"{counted[0]} to {counted[-1]}" if counted[0] < counted[-1] else str(counted[0])
    return (
        f"p99 and jitter take {CALLS_OF_P99} undisturbed calls, {few} were timed (--vc-calls={CALLS_OF_P99})"
    )


def calls_json(report: Report) -> dict[str, Any]:
    """Beside the metrics: how many calls they are of, and the slow clips."""
    calls, flat = _percentiles(report), dict[str, Any]()
    if calls:
        flat["calls"] = len(calls.variant_s)
        slow = _slow_clips(report)
        flat |= (
            {"slow_clips": [{"clip": clip, "times": times} for clip, times in slow.items()]} if slow else {}
        )
    if calls and calls.reference_p90:
        flat["reference_latency_p90"] = float(calls.reference_p90)
    return flat


def _of_others(reports: Sequence[Report]) -> str:
    """One line for all that is not worth a row."""
    far = [
        float(calls.p90 / report.timing.latency)
        for report in reports
        if report.timing and (calls := _percentiles(report)) and calls.p90
    ]
    if not far:
        return ""
    model, variants = shorten(reports[0].model, 30), count(len(far), "variant")
    least, most = f"{min(far):.2f}", f"{max(far):.2f}"
    span = least if least == most else f"{least} to {most}"
    return f"calls of {model}: p90 is {span} times p50 in {variants}"


def _is_told(result: Result) -> bool:
    """Its slower calls did not pass, lie far from the others, are of slow clips, or many enough for p99."""
    calls, timing = _percentiles(result.report), result.report.timing
    if calls is None or timing is None or calls.p90 is None:
        return False
    bad = any(_of_slower(v) and v.status is not Status.PASSED for v in result.verdicts)
    far = calls.p90 > FAR * timing.latency
    return bad or far or calls.p99 is not None or bool(_slow_clips(result.report))


def _of_slower(verdict: Verdict) -> bool:
    metric = metric_of(verdict.metric)
    return metric is not None and metric.rule == "tail"


def _percentiles(report: Report) -> Percentiles | None:
    return report.timing.percentiles if report.timing else None


def _slow_clips(report: Report) -> Mapping[str, float]:
    timing: Timing | None = report.timing
    calls = (timing.more_calls or timing.calls) if timing else None
    slow = slow_clips(calls) if calls else {}
    return dict([*slow.items()][:MOST_CLIPS])


def _ms(seconds: Estimate | None, bare: bool = False) -> str:
    if seconds is None:
        return "-"
    return f"{1e3 * seconds:.3g}" if bare else bounded(seconds, 1e-3)
