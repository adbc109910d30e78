"""The tables of docs/search.md and its picture, from the results beside this file.

python -m benchmarks.search.page           the picture needs matplotlib
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmarks.marked import between
from benchmarks.search import study

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURE = DOCS / "search.md", DOCS / "search.svg"
MARKS = "<!-- {}: python -m benchmarks.search.page writes what follows -->", "<!-- end of {} -->"
TITLES = {"timesformer": "TimeSformer", "videomae": "VideoMAE"}
FORMATS = ("fp32", "fp16", "int8", "bits")
Rows = Mapping[str, Mapping[str, Any]]


def main() -> None:
    known = study.read()
    page = PAGE.read_text(encoding="utf-8")
    for model, title in TITLES.items():
        page = between(page, *(mark.format(title) for mark in MARKS), table(known[model]))
    PAGE.write_text(page, encoding="utf-8")
    draw(known)


def table(rows: Rows) -> str:
    """A row a variant below the model itself; losses in points with 95 %."""
    heads = ("", "size", "time", "R@1", "lost", "mAP", "agreement@10", "it asks", "it answers")
    return tabulate([*_rows(rows)], heads, tablefmt="pipe", disable_numparse=True)


def _rows(rows: Rows) -> Iterator[list[str]]:
    for text, row in rows.items():
        numbers = {name: f"{100 * value[0]:.1f}" for name, value in row["numbers"].items()}
        whole = text == "fp32"
        ratio = row.get("latency_ratio")
        yield [
            "the model" if whole else f"`{text}`",
            "" if whole else f"{row['size_ratio']:.2f}",
            f"{ratio[0]:.2f}" if ratio else "",
            numbers["recall_at_1"],
            "" if whole else _lost(row["drops"]["recall_at_1"]),
            numbers["search_mean_ap"],
            "" if whole else numbers["agreement_at_10"],
            "" if whole else numbers["asymmetric_recall_at_1"],
            "" if whole else numbers["reverse_recall_at_1"],
        ]


def _lost(drop: Sequence[float]) -> str:
    lost, low, high = (100 * each for each in drop)
    return f"{lost:.1f} ({low:.1f} to {high:.1f})"


def draw(known: Mapping[str, Rows]) -> None:
    """Recall against bytes of a clip's vector, and against time beside the model's."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "search", "font.size": 9})
    from matplotlib import pyplot as plt

    figure, places = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
    for colour, (model, title) in zip(("C0", "C1"), TITLES.items(), strict=True):
        rows = known[model]
        _by_bytes(places[0], rows["fp32"], title, colour)
        for place, key in ((places[1], "size_ratio"), (places[2], "latency_ratio")):
            _by_cost(place, rows, key, title, colour)
    for place, said in zip(
        places,
        ("bytes of a clip's vector", "bytes of the artefact / the model's", "time of a view / the model's"),
        strict=True,
    ):
        place.set_xlabel(said)
        place.grid(alpha=0.3)
    places[0].set_ylabel("recall@1 lost, points (95 %)")
    places[1].set_ylabel("recall@1, %")
    places[0].set_xscale("log", base=2)
    places[0].legend(frameon=False)
    figure.savefig(PICTURE, metadata={"Date": None})


def _by_bytes(place: Any, row: Mapping[str, Any], title: str, colour: str) -> None:
    stored = [row["vectors"][name] for name in FORMATS]
    drops = [[100 * end for end in each["drops"]["recall_at_1"]] for each in stored]
    sizes = [each["bytes"] for each in stored]
    ends = [[drop - low for drop, low, _ in drops], [high - drop for drop, _, high in drops]]
    place.errorbar(
        sizes, [drop for drop, *_ in drops], ends, marker="o", capsize=3, color=colour, label=title
    )
    for name, size, (drop, *_) in zip(FORMATS, sizes, drops, strict=True):
        place.annotate(name, (size, drop), textcoords="offset points", xytext=(4, 6), fontsize=7)


def _by_cost(place: Any, rows: Rows, key: str, title: str, colour: str) -> None:
    for text, row in rows.items():
        cost = 1.0 if text == "fp32" else row.get(key)
        if cost is None:
            continue
        x = cost[0] if isinstance(cost, list) else cost
        y = 100 * row["numbers"]["recall_at_1"][0]
        marker = "s" if text == "fp32" else "*" if "int8-static" in text else "^" if "distil" in text else "o"
        place.scatter([x], [y], marker=marker, color=colour, s=36)
    place.set_title("square: the model, star: int8-static, triangle: a student", fontsize=7)


if __name__ == "__main__":
    main()
