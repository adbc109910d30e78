"""The tables of tokens in docs/adaptive.md, from the results beside this file.

python -m benchmarks.tokens.tables
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmarks.marked import between
from benchmarks.techniques.rows import read
from benchmarks.tokens import accuracy, latency

PAGE = Path(__file__).parents[2] / "docs/adaptive.md"
MARKS = "<!-- {}: python -m benchmarks.tokens.tables writes what follows -->", "<!-- end of {} -->"
TITLES = {"timesformer": "TimeSformer", "videomae": "VideoMAE"}
COLUMNS = {
    "fuse+int8-static@openvino": "OpenVINO",
    "fuse+int8-static@onnxruntime": "ONNX Runtime",
    "fuse@torch": "torch",
}
SURE = 0.05
"""A chance above it is not written."""

Rows = Mapping[str, Mapping[str, Any]]


def write() -> None:
    """The page with a table of losses and one of times for each model."""
    page = PAGE.read_text(encoding="utf-8")
    for model, title in TITLES.items():
        for name, table in ((f"{title}'s losses", losses(model)), (f"{title}'s times", times(model))):
            page = between(page, *(mark.format(name) for mark in MARKS), table)
    PAGE.write_text(page, encoding="utf-8")


def losses(model: str) -> str:
    """Each technique beside as many tokens that are lost at random."""
    known = read(accuracy.RESULTS).get(model, {})
    heads = ("recipe", "MACs", "lost", "agreement", "`drop-tokens` lost", "p")
    rows = [
        _loss(text, controls, known)
        for text, controls in accuracy.recipes(model).items()
        if text in known and "beside" in known[text]
    ]
    return _table(heads, rows)


def _loss(text: str, controls: Sequence[str], known: Rows) -> list[str]:
    row = known[text]
    low, high = row["interval"]
    macs = f"{row['macs_share']:.2f}" if "macs_share" in row else ""
    lost = f"{row['points_lost']:.2f} ({low:.1f} to {high:.1f})"
    others = ", ".join(f"{known[each]['points_lost']:.1f}" for each in controls)
    return [f"`{text}`", macs, lost, f"{row['agreement']:.1f} %", others, _chance(row["beside"])]


def _chance(beside: Mapping[str, Mapping[str, Any]]) -> str:
    """Of the control that lost least; one-sided."""
    if not beside:
        return ""
    least = min(beside.values(), key=lambda each: each["lost"] - each["gained"])
    if least["gained"] > least["lost"] and _surely(least):
        return "worse than it"
    return f"{least['p']:.0e}" if least["p"] < SURE else "none"


def _surely(pairs: Mapping[str, Any]) -> bool:
    """That the difference of pairs is none of chance: more than two and a half deviations."""
    changed = pairs["lost"] + pairs["gained"]
    return abs(pairs["gained"] - pairs["lost"]) > 2.5 * changed**0.5


def times(model: str) -> str:
    """Each technique of a recipe beside the same recipe without it."""
    known = read(latency.RESULTS).get(model, {})
    found: dict[str, dict[str, str]] = {}
    for group in latency.groups():
        for technique, text in zip(group.techniques, group.recipes, strict=True):
            row = known.get(text, {})
            if "latency_ratio" in row:
                line = found.setdefault(technique, {})
                line["MACs"] = f"{row['macs_ratio'] / known[group.beside]['macs_ratio']:.2f}"
                line[COLUMNS[group.beside]] = _time(row)
    heads = ("technique", "MACs", *(f"`{text.partition('@')[0]}`, {name}" for text, name in COLUMNS.items()))
    rows = [
        [f"`{technique}`", *(line.get(name, "") for name in ("MACs", *COLUMNS.values()))]
        for technique, line in sorted(found.items(), key=lambda each: float(each[1]["MACs"]))
    ]
    return _table(heads, rows)


def _time(row: Mapping[str, Any]) -> str:
    low, high = row["interval"]
    return f"{row['latency_ratio']:.3f} ({low:.3f} to {high:.3f}){_sign(row['machine']['model'])}"


def _sign(cpu: str) -> str:
    return "" if cpu.startswith("26.") else " †"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return tabulate(rows, heads, tablefmt="github", disable_numparse=True)


if __name__ == "__main__":
    write()
