"""What changed between two runs that pytest-benchmark saved: accuracy, size and the rest, not only time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ...gate.metrics import METRICS, NATS, SHARE, quantity
from ..text_table import columns_within, number, shorten
from ..width import WIDTH

COMPARED = tuple(name for name, metric in METRICS.items() if metric.stored and metric.unit is not NATS)
"""A divergence in nats differs from kernel to kernel, and only informs."""


def changes(
    before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], width: int = WIDTH
) -> list[str]:
    """Lines about the `benchmarks` of two of pytest-benchmark's documents; none without measurements.

    A latency ratio counts as changed when its two intervals lie apart.
    """
    old, new = _measured(before), _measured(now)
    both = [name for name in new if name in old]
    rows: list[list[str]] = []
    for name in both:
        changed = [metric for metric in COMPARED if _changed(metric, old[name], new[name])]
        rows += [_row(name, metric, old[name], new[name]) for metric in changed]
    lines: list[str] = []
    if rows:
        header = ["benchmark", "metric", "before", "now", "change"]
        lines += columns_within(header, rows, (2, 3, 4), width)
    same = len(both) - len(
        {name for name in both if any(_changed(m, old[name], new[name]) for m in COMPARED)}
    )
    if same:
        lines.append(f"unchanged: {same} of {len(both)}")
    lines += [shorten(f"only before: {name}", width) for name in old if name not in new]
    lines += [shorten(f"only now: {name}", width) for name in new if name not in old]
    return lines


def _measured(benchmarks: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Measurements by full name; benchmarks of other things are passed over."""
    measurements: dict[str, Mapping[str, Any]] = {}
    for benchmark in benchmarks:
        extra: object = benchmark.get("extra_info")
        own = cast("Mapping[str, Any]", extra).get("vidcompress") if isinstance(extra, Mapping) else None
        if isinstance(own, Mapping):
            measurements[str(benchmark.get("fullname"))] = cast("Mapping[str, Any]", own)
    return measurements


def _changed(metric: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    before, now = number(old, metric), number(new, metric)
    if before is None or now is None or METRICS[metric].rule not in ("timed", "tail"):
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
    elif METRICS[metric].unit is SHARE:
        change = f"{100 * (now - before):+.2f} points"
    else:
        change = f"{now / before - 1:+.2%}" if before else "-"
    return [name, metric, quantity(metric, before), quantity(metric, now), change]
