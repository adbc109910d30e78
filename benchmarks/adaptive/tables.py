"""The tables of cascades, early exits and single clips in docs/adaptive.md, from the results beside this file.

python -m benchmarks.adaptive.tables
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmarks.adaptive import cascades, early_exits, full_size, latency, seconds
from benchmarks.adaptive.call_times import QUANTILES
from benchmarks.marked import between
from benchmarks.techniques.recipes import FP32
from benchmarks.techniques.rows import read
from pytest_vidcompress.measure.by_clip.distribution import PLACES
from pytest_vidcompress.measure.by_clip.thirds import THIRDS

PAGE = Path(__file__).parents[2] / "docs/adaptive.md"
MARKS = "<!-- {}: python -m benchmarks.adaptive.tables writes what follows -->", "<!-- end of {} -->"
TITLES = {"timesformer": "TimeSformer", "videomae": "VideoMAE"}


def write() -> None:
    """The page with all these tables."""
    page = PAGE.read_text(encoding="utf-8")
    for name, table in (
        ("cascades", cascade_table()),
        ("full size", full_size_table()),
        ("early exits", exit_table()),
        ("seconds", seconds_table()),
    ):
        page = between(page, *(mark.format(name) for mark in MARKS), table)
    PAGE.write_text(page, encoding="utf-8")


def cascade_table() -> str:
    """Packaged models beside the full model of integers."""
    heads = ("model", "variant", "drop", "points lost", "asked", "MACs", "time", "mean, p50, p90, p95, ms")
    return _table(heads, [row for model in cascades.MODELS for row in _cascades(model)])


def _cascades(model: str) -> Iterator[list[str]]:
    known, times = (read(each.RESULTS).get(model, {}) for each in (cascades, latency))
    cascade = (cascades.cascade(cascades.STUDENT, drop) for drop in cascades.DROPS)
    for text in (cascades.FULL, *cascades.FIRSTS.values(), *cascade):
        row, took = known.get(text), times.get(text, {})
        if row is None:
            continue
        name, drop = next(
            (f"{kind}{', then full' if text != first else ''}", _drop(text))
            for kind, first in {"full": cascades.FULL, **cascades.FIRSTS}.items()
            if text == first or text.startswith(f"cascade:first=({first})")
        )
        asked = f"{100 * row['escalated']:.1f} %" if "escalated" in row else ""
        lost = f"{row['points_lost']:.2f} ({row['interval'][0]:.1f} to {row['interval'][1]:.1f})"
        spread = [f"{took[f'{each}_ms']:.2f}" for each in ("mean", *QUANTILES)] if took else []
        yield [
            TITLES[model],
            name,
            drop,
            lost,
            asked,
            f"{row['macs_ratio']:.2f}",
            _ratio(took),
            ", ".join(spread),
        ]


def exit_table() -> str:
    """Packaged models beside themselves without exits."""
    heads = ("model", "recipe", "drop", "points lost", "MACs", "time", "leave after")
    rows: list[list[str]] = []
    for model in early_exits.MODELS:
        known = read(early_exits.RESULTS).get(model, {})
        for text in (each for each in early_exits.recipes() if each in known):
            row = known[text]
            left = ", ".join(f"{name} {100 * share:.0f} %" for name, share in row["left"].items())
            lost = f"{row['points_lost']:.2f} ({row['interval'][0]:.1f} to {row['interval'][1]:.1f})"
            recipe = f"`{text.partition(':')[0]}`"
            took = _ratio(read(latency.RESULTS).get(model, {}).get(text, {}))
            rows.append([TITLES[model], recipe, _drop(text), lost, f"{row['macs_ratio']:.2f}", took, left])
    return _table(heads, rows)


def full_size_table() -> str:
    """The geometry of VideoMAE-base beside fp32."""
    known = read(full_size.RESULTS).get(full_size.MODEL, {})
    heads = (
        "variant",
        "drop",
        "points lost on pocket",
        "asked",
        "MACs",
        "time",
        "of int8",
        "mean, p50, p90, p95, ms",
    )
    rows: list[list[str]] = []
    for text in (FP32, cascades.FULL, *(cascades.cascade(full_size.FIRST, drop) for drop in cascades.DROPS)):
        row = known.get(text, {})
        if "mean_ms" not in row:
            continue
        name = "student, then int8" if text.startswith("cascade") else f"`{text}`"
        lost = f"{row['points_lost_on_pocket']:.2f}" if "points_lost_on_pocket" in row else ""
        asked = f"{100 * row['escalated']:.1f} %" if "escalated" in row else ""
        spread = ", ".join(f"{row[f'{each}_ms']:.0f}" for each in ("mean", *QUANTILES))
        beside = f"{row['of_int8']:.3f}" if "of_int8" in row else ""
        rows.append([name, _drop(text), lost, asked, f"{row['macs_ratio']:.3f}", _ratio(row), beside, spread])
    return _table(heads, rows) if rows else "Not timed yet."


def seconds_table() -> str:
    """What single clips of packaged models take, beside the uncompressed model in turns."""
    heads = ("model", "recipe", "MACs", "time", "mean, p50, p90, p95, ms", "still, middle, fast, ms", "rho")
    rows: list[list[str]] = []
    for model, known in read(seconds.RESULTS).items():
        for text, row in known.items():
            low, high = row["ratio"][1:]
            took = f"{row['ratio'][0]:.2f} ({low:.2f} to {high:.2f})"
            spread = ", ".join(f"{row['ms'][place][0]:.2f}" for place in PLACES)
            thirds = ", ".join(f"{row['motion_ms'][third][0]:.2f}" for third in THIRDS)
            macs, rho = f"{row['macs_ratio']['mean']:.2f}", f"{row['correlation']:.2f}"
            rows.append([TITLES[model], f"`{text}`", macs, took, spread, thirds, rho])
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return tabulate(rows, heads, tablefmt="github", disable_numparse=True)


def _drop(text: str) -> str:
    _, found, rest = text.rpartition("drop=")
    return rest.partition(",")[0] if found else ""


def _ratio(row: dict[str, Any]) -> str:
    if "mean_ratio" not in row:
        return ""
    low, high = row.get("interval", (None, None))
    spread = f" ({low:.3f} to {high:.3f})" if low is not None else ""
    return f"{row['mean_ratio']:.3f}{spread}"


if __name__ == "__main__":
    write()
