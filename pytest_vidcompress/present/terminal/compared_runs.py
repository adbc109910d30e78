"""What changed between two runs that pytest-benchmark saved: accuracy, size and the rest, not only time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ...gate.metrics import quantity
from .text_table import WIDTH, columns, number, shorten

METRICS = (
    *("top1", "top5", "agreement", "size_bytes", "parameters", "sparsity", "macs"),
    *("latency_ratio", "peak_memory_bytes"),
)
_POINTS = {"top1", "top5", "agreement", "sparsity"}


def changes(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines about the `benchmarks` of two of pytest-benchmark's documents; none without measurements.

    A latency ratio counts as changed when its two intervals lie apart.
    """
    old, new = _measured(before), _measured(now)
    both = [name for name in new if name in old]
    rows: list[list[str]] = []
    for name in both:
        changed = [metric for metric in METRICS if _changed(metric, old[name], new[name])]
        rows += [_row(name, metric, old[name], new[name]) for metric in changed]
    lines: list[str] = []
    if rows:
        header = ["benchmark", "metric", "before", "now", "change"]
        right = (2, 3, 4)
        rest = len(columns(header, [["", *row[1:]] for row in rows], right)[1]) - len(header[0])
        rows = [[shorten(row[0], max(9, WIDTH - rest)), *row[1:]] for row in rows]
        lines += columns(header, rows, right)
    same = len(both) - len({name for name in both if any(_changed(m, old[name], new[name]) for m in METRICS)})
    if same:
        lines.append(f"unchanged: {same} of {len(both)}")
    lines += [shorten(f"only before: {name}", WIDTH) for name in old if name not in new]
    lines += [shorten(f"only now: {name}", WIDTH) for name in new if name not in old]
    return lines


def _measured(benchmarks: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Measurements by full name; benchmarks of other things are passed over."""
    found: dict[str, Mapping[str, Any]] = {}
    for benchmark in benchmarks:
        extra: object = benchmark.get("extra_info")
        own = cast("Mapping[str, Any]", extra).get("vidcompress") if isinstance(extra, Mapping) else None
        if isinstance(own, Mapping):
            found[str(benchmark.get("fullname"))] = cast("Mapping[str, Any]", own)
    return found


def _changed(metric: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    before, now = number(old, metric), number(new, metric)
    if before is None or now is None or metric != "latency_ratio":
        return before != now
    return not _overlap(old.get(f"{metric}_interval"), new.get(f"{metric}_interval"))


def _overlap(one: Any, other: Any) -> bool:
    """Intervals with an open end say nothing against each other."""
    try:
        return bool(one[0] <= other[1] and other[0] <= one[1])
    except (TypeError, IndexError, KeyError):
        return True


def _row(name: str, metric: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    before, now = number(old, metric), number(new, metric)
    if before is None or now is None:
        change = "gone" if now is None else "new"
    elif metric in _POINTS:
        change = f"{100 * (now - before):+.2f} points"
    else:
        change = f"{now / before - 1:+.2%}" if before else "-"
    return [name, metric, quantity(metric, before), quantity(metric, now), change]
