"""The picture of docs/adaptive.md: what is left of the time and of the answers where less is multiplied.

python -m benchmarks.adaptive.picture           needs matplotlib; draws docs/adaptive.svg
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.adaptive import cascades, early_exits, full_size, latency

HERE = Path(__file__).parent
PICTURE = HERE.parents[1] / "docs" / "adaptive.svg"
TOKENS, VA_RED = HERE.parent / "tokens", HERE.parent / "va_red"
MODEL = "videomae"
RATIOS = (0.125, 0.25, 0.5)
"""Of tokens that are gone."""
RUNTIMES = {"openvino": "OpenVINO", "onnxruntime": "ONNX Runtime", "torch": "torch"}


@dataclass(frozen=True)
class Series:
    """Marks of one colour, in the order of their strength."""

    name: str
    points: Sequence[tuple[float, float]]
    """What is left of the MACs, and what is shown of them."""
    marker: str = "o"
    intervals: Sequence[tuple[float, float]] = ()
    """95 % of the second."""


def timed() -> Iterator[Series]:
    """What is left of the time, of the same recipe without the technique."""
    tokens = _read(TOKENS / "latency.json")[MODEL]
    for marker, (runtime, name) in zip("osD", RUNTIMES.items(), strict=True):
        rows = {text: row for text, row in tokens.items() if text.endswith(f"@{runtime}") and "merge" in text}
        points = [
            (row["macs_ratio"] / tokens[row["beside"]]["macs_ratio"], row["latency_ratio"])
            for row in rows.values()
            if "latency_ratio" in row
        ]
        yield Series(f"merge-tokens, VideoMAE-base, {name}", sorted(points), marker)
    forced = _read(VA_RED / "latency.json")["r2plus1d"].values()
    points = [(row["macs_ratio"], row["latency_ratio"]) for row in forced if "seconds_per_macs_saved" in row]
    yield Series("va-red, forced, R(2+1)D-18, torch", sorted(points), "^")
    known = _read(full_size.RESULTS)[full_size.MODEL]
    whole = known[cascades.FULL]["macs_ratio"]
    at_full_size = [row for row in known.values() if "of_int8" in row]
    points = [(row["macs_ratio"] / whole, row["of_int8"]) for row in at_full_size]
    yield Series("cascade, VideoMAE-base, OpenVINO", sorted(points), "P")
    for name, costs, texts in (
        ("cascade", cascades, [cascades.cascade(cascades.STUDENT, drop) for drop in cascades.DROPS]),
        ("early-exit", early_exits, list(early_exits.recipes())),
    ):
        cost, took = _read(costs.RESULTS)[MODEL], _read(latency.RESULTS)[MODEL]
        points = [(cost[text]["macs_ratio"], took[text]["mean_ratio"]) for text in texts if text in took]
        yield Series(f"{name}, packaged, calls below 2 ms", sorted(points), "x")


def answered() -> Iterator[Series]:
    """Points of top-1 lost by the packaged VideoMAE, and by the packaged R(2+1)D."""
    tokens = _read(TOKENS / "accuracy.json")[MODEL]
    whole = tokens.get("fp32", {}).get("macs_share", 1.0)
    for name in ("merge-tokens", "prune-tokens", "drop-tokens"):
        texts = [name if ratio == 0.5 else f"{name}:ratio={ratio}" for ratio in RATIOS]
        label = f"{name}, at random" if name.startswith("drop") else name
        yield _lost(label, [tokens[text] for text in texts if text in tokens], "macs_share", whole)
    lengths = [row for text, row in tokens.items() if text.startswith("run-length") and "prop" not in text]
    yield _lost("run-length", lengths, "macs_share", whole)
    student = [cascades.cascade(cascades.STUDENT, drop) for drop in cascades.DROPS]
    yield _lost("cascade", [_read(cascades.RESULTS)[MODEL][text] for text in student], "macs_ratio")
    yield _lost("early-exit", list(_read(early_exits.RESULTS)[MODEL].values()), "macs_ratio")
    for model, title in (("r2plus1d", "R(2+1)D"), ("x3d-s", "X3D")):
        rows = _read(VA_RED / "study.json").get(model, {})
        hard = [row for text, row in rows.items() if text.startswith("va-red") and "soft" not in text]
        if hard:
            yield _lost(f"va-red, {title}", hard, "macs_share")


def _lost(name: str, rows: Sequence[Mapping[str, Any]], share: str, whole: float = 1.0) -> Series:
    ordered = sorted(rows, key=lambda row: row[share])
    return Series(
        name,
        [(row[share] / whole, row["points_lost"]) for row in ordered],
        intervals=[tuple(row["interval"]) for row in ordered],
    )


def draw() -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "adaptive", "font.size": 9}
    figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 6.2), layout="constrained")
    left.plot((0, 1), (0, 1), color="grey", lw=0.8, ls=":")
    left.annotate("as much time saved as MACs", (0.6, 0.58), color="grey", rotation=43, ha="center", va="top")
    _panel(left, timed(), "time left")
    right.axhline(0, color="grey", lw=0.8, ls=":")
    _panel(right, answered(), "points of top-1 lost, packaged models, 95 %")
    right.set_ylim(-5, 16)
    figure.savefig(PICTURE, metadata={"Date": None})


def _panel(panel: Any, every: Iterator[Series], title: str) -> None:
    for number, series in enumerate(every):
        across, up = zip(*series.points, strict=True)
        colour = f"C{number}"
        panel.plot(across, up, color=colour, marker=series.marker, lw=0.9, ms=5, label=series.name)
        for x, (low, high) in zip(across, series.intervals, strict=False):
            panel.vlines(x, low, high, color=colour, lw=0.8, alpha=0.4)
    panel.set(xlim=(0, 1.02), xlabel="MACs left", ylabel=title)
    panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    draw()
