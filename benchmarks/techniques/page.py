"""The table and the picture of docs/techniques.md, from the results beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmarks.marked import between
from benchmarks.techniques import accuracy, full_size
from benchmarks.techniques.recipes import GROUPS, MODELS, RECIPES, at_full_size

PAGE = Path(__file__).parents[2] / "docs/techniques.md"
PICTURE = PAGE.with_suffix(".svg")
BEGIN = "<!-- the table: python -m benchmarks.techniques page writes what follows -->"
END = "<!-- end of the table -->"
TITLES = {"timesformer": "TimeSformer", "videomae": "VideoMAE"}
HEADS = ("recipe", "points lost", "95 %", "agreement", "bytes", "MACs", "time", "95 %")


def write() -> None:
    """The page with its table, and the picture."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    draw()


def with_tables(page: str) -> str:
    """The page with the tables as the results have them, between its marks."""
    return between(page, BEGIN, END, tables())


def tables() -> str:
    return "\n\n".join(f"### {TITLES[name]}\n\n{_table(name)}" for name in MODELS)


def _table(name: str) -> str:
    costs, takes = accuracy.rows_of(name), full_size.rows_of(name)
    body = [
        [f"`{text}`", *_cost(costs.get(text, {})), *_takes(name, takes.get(at_full_size(text), {}))]
        for text in RECIPES
    ]
    return tabulate(body, HEADS, tablefmt="github", disable_numparse=True)


def _cost(row: dict[str, Any]) -> list[str]:
    if not row:
        return [""] * 3
    low, high = row["interval"]
    return [f"{row['points_lost']:.2f}", f"{low:.1f} to {high:.1f}", f"{row['agreement']:.1f} %"]


def _takes(name: str, row: dict[str, Any]) -> list[str]:
    if not row:
        return [""] * 4
    size = [f"{full_size.size_ratio(name, row):.3f}", f"{row['macs_ratio']:.3f}"]
    if "latency_ratio" not in row:
        return [*size, "", ""]
    low, high = row["interval"]
    return [*size, f"{row['latency_ratio']:.3f}", f"{low:.3f} to {high:.3f}"]


def draw() -> None:
    """Points lost against time, a panel a model, a colour a group; the area of a mark is its bytes."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "techniques", "font.size": 9}
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained", sharey=True)
    for panel, name in zip(panels, MODELS, strict=True):
        _panel(panel, name)
    panels[0].set_ylabel("points of top-1 lost, packaged model, 95 %")
    panels[1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    figure.savefig(PICTURE, metadata={"Date": None})


def _panel(panel: Any, name: str) -> None:
    costs, takes = accuracy.rows_of(name), full_size.rows_of(name)
    for colour, (group, texts) in enumerate(GROUPS.items()):
        panel.scatter([], [], color=f"C{colour}", label=group)
        for text in texts:
            cost, row = costs.get(text), takes.get(at_full_size(text), {})
            if cost and "latency_ratio" in row:
                low, high = cost["interval"]
                x, y = row["latency_ratio"], cost["points_lost"]
                panel.vlines(x, low, high, color=f"C{colour}", lw=0.8, alpha=0.5)
                area = 200 * full_size.size_ratio(name, row) + 4
                panel.scatter(x, y, s=area, color=f"C{colour}", edgecolor="k", linewidth=0.4)
    panel.axhline(0, color="grey", lw=0.8, ls=":")
    panel.set(xscale="log", xlabel="time of fp32, full size (area: bytes)", title=TITLES[name])
    ticks = (0.05, 0.1, 0.2, 0.5, 1)
    panel.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    panel.minorticks_off()
