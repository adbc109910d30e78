"""The tables and the picture of docs/fewer-frames.md: what the paper reports, and results.json beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from tabulate import tabulate

from benchmarks.fewer_frames import published
from benchmarks.fewer_frames.rows import (
    FRAMES,
    GIVEN,
    KEEP,
    KINDS,
    ROWS,
    SERIAL,
    SIZES,
    TEACHER,
    TITLES,
    UNIFORM,
)
from benchmarks.fewer_frames.study import OTHERS, STUDENTS, TENTH, Cell, read
from benchmarks.marked import between

PAGE = Path(__file__).parents[2] / "docs/fewer-frames.md"
PICTURE = PAGE.with_suffix(".svg")
BEGIN = "<!-- the tables: python -m benchmarks.fewer_frames page writes what follows -->"
END = "<!-- end of the tables -->"
NONE = "-"
_LEAST = 1e-16
"""Chance below which numbers of this precision say nothing."""


def write() -> None:
    """The page with its tables, and the picture."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    draw()


def with_tables(page: str) -> str:
    """The page with the tables as the results have them, between its marks."""
    return between(page, BEGIN, END, tables())


def tables() -> str:
    results = read()
    parts = [_claims(results), _table_1(results), _table_2(results), _tables_5_and_6(results)]
    return "\n\n".join(parts)


def _claims(results: dict[str, Any]) -> str:
    """What a student of a tenth of the frames gains and lacks."""
    heads = ("", "trained on", "student - uniform-6", "p", "- stopped early", "p", "student - teacher")
    body: list[list[str]] = []
    for kind in KINDS:
        for row in STUDENTS:
            for size in SIZES:
                cell = Cell(kind, row, TENTH, size)
                early, up, down = (results["gains"].get(cell.gain_over(other)) for other in OTHERS)
                if up:
                    name = f"{TITLES[kind]}, {'from scratch' if row == SERIAL else 'from the teacher'}"
                    body.append([name, f"{SIZES[size]} clips", *_gain(up), *_gain(early), _gain(down)[0]])
    return f"### A tenth of the frames\n\n{_markdown(heads, body)}"


def _table_1(results: dict[str, Any]) -> str:
    """H-RNN by row and k, GAP / mAP; the paper's and ours have other k, as shares of all frames they are near."""
    theirs = [[row, *map(_pair, scores)] for row, scores in published.TABLE_1.items()]
    return _by_k(results, 1, "hrnn", published.KEEP, theirs)


def _table_2(results: dict[str, Any]) -> str:
    """By how many clips are trained on."""
    shares = ("10 %", "25 %", "50 %")
    theirs = [
        [f"paper, k=30 of 300: {row}", *map(_pair, scores), ""] for row, scores in published.TABLE_2.items()
    ]
    ours = [
        [
            f"ours, {TITLES[kind]}, k={TENTH} of 60: {row}",
            *(_ours(results, Cell(kind, row, TENTH, size)) for size in SIZES),
        ]
        for kind in KINDS
        for row in (SERIAL, GIVEN, UNIFORM)
    ]
    body = _markdown(("trained on", *shares, "all"), [*theirs, *ours])
    return f"### Table 2: fewer clips to train on, GAP / mAP\n\n{body}"


def _tables_5_and_6(results: dict[str, Any]) -> str:
    """NetVLAD and NeXtVLAD, likewise."""
    parts: list[str] = []
    for number, kind, table in ((5, "netvlad", published.TABLE_5), (6, "nextvlad", published.TABLE_6)):
        columns = [*next(iter(table.values()))]
        theirs = [[row, *(_pair(scores[keep]) for keep in columns)] for row, scores in table.items()]
        parts.append(_by_k(results, number, kind, columns, theirs))
    return "\n\n".join(parts)


def _by_k(
    results: dict[str, Any], number: int, kind: str, columns: Sequence[int], theirs: Sequence[list[str]]
) -> str:
    """A table of the paper's by row and k, and ours of few and of all clips."""
    skyline = f"teacher, 300: {_pair(published.TEACHER[kind])}"
    body = [*theirs, [skyline, *[""] * len(columns)]]
    parts = [f"### Table {number}: {TITLES[kind]}, GAP / mAP"]
    parts.append(_markdown(("paper, of 300 frames", *_ks(columns)), body))
    teacher = _ours(results, Cell(kind, TEACHER, FRAMES, "full"))
    for size in ("small", "full"):
        ours = [
            [row, *(_ours(results, Cell(kind, row, keep, size)) for keep in KEEP)]
            for row in ROWS
            if any(str(Cell(kind, row, keep, size)) in results["cells"] for keep in KEEP)
        ]
        ours.append([f"teacher, 60 frames of {SIZES['full']} clips: {teacher}", *[""] * len(KEEP)])
        parts.append(_markdown((f"ours, of 60 frames, {SIZES[size]} clips", *_ks(KEEP)), ours))
    return "\n\n".join(parts)


def _ks(columns: Sequence[int]) -> list[str]:
    return [f"k={keep}" for keep in columns]


def _gain(found: dict[str, Any] | None) -> tuple[str, str]:
    if not found:
        return NONE, NONE
    return f"{found['gap']:+.3f} ± {1.96 * found['error']:.3f}", _chance(found["p"])


def _chance(p: float) -> str:
    return f"{p:.1g}" if p >= _LEAST else f"< {_LEAST:g}"


def _pair(scores: Sequence[float]) -> str:
    return " / ".join(f"{each:.3f}".removeprefix("0") for each in scores)


def _ours(results: dict[str, Any], cell: Cell) -> str:
    """The means over seeds."""
    seeds = results["cells"].get(str(cell))
    return _pair(_means(seeds)) if seeds else NONE


def _means(seeds: Sequence[dict[str, float]]) -> tuple[float, float]:
    return fmean(each["gap"] for each in seeds), fmean(each["mean_ap"] for each in seeds)


def _markdown(heads: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    return tabulate(list(body), heads, tablefmt="github", disable_numparse=True)


def draw() -> None:
    """GAP against the frames that are looked at, a panel a kind; bars are from the worst seed to the best."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "fewer-frames", "font.size": 9}
    results = read()
    figure, panels = plt.subplots(1, 3, figsize=(11, 4), layout="constrained", sharey=True)
    for panel, kind in zip(panels, KINDS, strict=True):
        _panel(panel, results, kind)
    panels[0].set_ylabel("GAP@20, three seeds")
    panels[0].legend(frameon=False, loc="lower right")
    figure.savefig(PICTURE, metadata={"Date": None})


def _panel(panel: Any, results: dict[str, Any], kind: str) -> None:
    teacher = results["cells"].get(str(Cell(kind, TEACHER, FRAMES, "full")))
    if teacher:
        panel.axhline(_means(teacher)[0], color="k", lw=0.8, ls=":", label="teacher, all 60 frames")
    lines = (
        (UNIFORM, "C7", "no teacher"),
        (SERIAL, "C0", "student, from scratch"),
        (GIVEN, "C1", "student, from the teacher"),
    )
    for row, colour, label in lines:
        for size, style in (("small", "--"), ("full", "-")):
            known = {
                keep: seeds
                for keep in KEEP
                if (seeds := results["cells"].get(str(Cell(kind, row, keep, size))))
            }
            if not known:
                continue
            said, means = f"{label}, {SIZES[size]} clips", [_means(seeds)[0] for seeds in known.values()]
            panel.plot([*known], means, style, color=colour, label=said)
            for keep, seeds in known.items():
                gaps = [each["gap"] for each in seeds]
                panel.vlines(keep, min(gaps), max(gaps), color=colour, lw=2, alpha=0.5)
    panel.set(xscale="log", xlabel="frames looked at, of 60", title=TITLES[kind])
    panel.set_xticks(KEEP, [str(keep) for keep in KEEP])
    panel.minorticks_off()
