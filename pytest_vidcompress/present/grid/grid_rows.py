"""The rows of a grid as cells of text, the fastest first, and what is said of it in words: terminal and page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ...gate.grid_choice import GridChoice
from ...gate.metrics import LIMITS, quantity
from ...measure.grid.cell import Cell
from ...measure.grid.grid import Row
from ...measure.interval import Estimate
from ..wording import clips, count

MOST_TIES = 3
"""Of a sentence; all are marked in the table."""
SAID = {
    "latency": "the shortest call of its batch",
    "clips/s": "the most clips a second",
    "best": "both",
    "tie": "not surely slower than one of them",
    "front": "beaten by none in time, agreement and size together",
    "over": "not within the budget",
}
"""What stands in the column `best`, and what it means."""


@dataclass(frozen=True)
class GridColumn:
    """The cells of all rows under a heading."""

    heading: str
    cells: tuple[str, ...]


def columns_of(choice: GridChoice) -> list[GridColumn]:
    """Those of every row that was timed, the name first."""
    made: list[GridColumn] = [
        GridColumn(heading, tuple(write(row) for row in choice.rows)) for heading, write in _COLUMNS.items()
    ]
    return [*made, GridColumn("best", tuple(mark(choice, row) for row in choice.rows))]


def mark(choice: GridChoice, row: Row) -> str:
    """A word of `SAID`; empty where there is nothing to say. The reference says that it is it."""
    if choice.broken(row):
        return "over"
    shortest, most = choice.fastest.get(row.cell.batch), choice.most_clips
    if row is shortest or row is most:
        return "best" if shortest is most else "latency" if row is shortest else "clips/s"
    best = [each for each in (shortest, most) if each is not None]
    if any(row in (choice.ties_in_batch(each) if each is shortest else choice.ties(each)) for each in best):
        return "tie"
    if not choice.budget.limits and row in choice.front:
        return "front"
    return ""


def title(choice: GridChoice) -> str:
    """What was measured, beside what."""
    grid = choice.grid
    reports = [row.report for row in grid.rows if row.report is not None]
    reference = grid.reference
    seconds = reference.times.latency if reference.times else None
    beside = f", {milliseconds(seconds)} ms a clip" if seconds else ""
    rounds = max((row.times.rounds for row in grid.timed if row.times), default=0)
    stopped = f" of {grid.planned}, then stopped" if grid.interrupted else ""
    return (
        f"{grid.model} on {clips(reports)}: {len(choice.rows)} of {count(len(grid.rows), 'cell')}, each timed in"
        f" {count(rounds, 'round')}{stopped} beside {_name(reference)}, batch 1, {_threads(reference)}{beside}"
    )


def sentences(choice: GridChoice) -> Iterator[str]:
    """Who serves best within the budget, and who not surely worse."""
    limits = [
        f"{name} {'>=' if LIMITS[name].at_least else '<='} {quantity(name, limit)}"
        for name, limit in choice.budget.limits.items()
    ]
    held = f"within the budget ({', '.join(limits)})" if limits else "whatever it costs"
    if not choice.within:
        yield f"{held}: no cell"
    for batch, best in choice.fastest.items():
        ties = [each.cell for each in choice.ties_in_batch(best)]
        yield f"{held}, the shortest call of batch {batch}: {_served(choice, best)}{_tied(choice, ties)}"
    most = choice.most_clips
    if most is not None:
        ties = [each.cell for each in choice.ties(most)]
        yield f"{held}, the most clips a second: {_served(choice, most)}{_tied(choice, ties, batches=True)}"


def failures(choice: GridChoice) -> Iterator[tuple[str, str]]:
    """Cells that were not timed, those alike together, and why."""
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in choice.grid.missing:
        alike.setdefault((_name(row), row.failure), []).append(row)
    for (name, reason), rows in alike.items():
        batches = " and ".join(str(batch) for batch in sorted({row.cell.batch for row in rows}))
        threads = " and ".join(str(number) for number in sorted({row.cell.threads for row in rows}))
        same = _same_threads(choice)
        yield f"{name}, batch {batches}{'' if same else f', {threads} threads'}", reason


def machine(choice: GridChoice) -> str:
    """On what, with which versions, in a line."""
    facts = choice.grid.machine
    limit = f"at most {facts['isa_limit']}" if "isa_limit" in facts else ""
    cpu = [facts.get("cpu", ""), facts.get("model", ""), facts.get("features") or facts.get("isa", ""), limit]
    named = " ".join(str(each) for each in cpu if each)
    return f"{named}; {count(int(facts['threads']), 'thread')}; {', '.join(choice.grid.versions)}"


def milliseconds(seconds: float) -> str:
    """Three digits and no exponent."""
    ms = 1000 * seconds
    return f"{ms:.{0 if ms >= 100 else 1 if ms >= 10 else 2}f}"


def _name(row: Row) -> str:
    return str(row.cell.arm)


def _threads(row: Row) -> str:
    return count(row.cell.threads, "thread")


def _same_threads(choice: GridChoice) -> bool:
    """Is it always the same number? Then it is said once."""
    return len({row.cell.threads for row in choice.grid.rows}) == 1


def _served(choice: GridChoice, row: Row) -> str:
    assert row.times is not None
    threads = "" if _same_threads(choice) else f", {_threads(row)}"
    return (
        f"{_name(row)}{threads}, {milliseconds(row.times.latency)} ms, {_rate(row.times.clips_per_s)} clips/s"
    )


def _tied(choice: GridChoice, ties: Sequence[Cell], batches: bool = False) -> str:
    """Arms that are not surely slower, and how they were called; empty of none."""
    names: list[str] = []
    for cell in ties[:MOST_TIES]:
        how = [f"batch {cell.batch}"] if batches else []
        how += [] if _same_threads(choice) else [count(cell.threads, "thread")]
        names.append(f"{cell.arm} ({', '.join(how)})" if how else str(cell.arm))
    more = len(ties) - len(names)
    names += [f"{more} more"] if more else []
    return f"; not surely slower: {', '.join(names)}" if names else ""


def _with_reach(value: Estimate, text: str) -> str:
    """A number, and how far its interval reaches to the further side, relative to it."""
    reach = max(value.high - value, value - value.low) / value
    return f"{text} ±{reach:.0%}" if math.isfinite(reach) else text


def _rate(per_s: float) -> str:
    return f"{per_s:.{0 if per_s >= 100 else 1 if per_s >= 10 else 2}f}"


def _ratio(row: Row) -> str:
    return _with_reach(row.times.ratio, f"{row.times.ratio:.2f}") if row.times else "-"


def _call(row: Row) -> str:
    return milliseconds(row.times.latency) if row.times else "-"


def _p90(row: Row) -> str:
    return milliseconds(row.times.p90) if row.times and row.times.p90 is not None else "-"


def _per_s(row: Row) -> str:
    return _with_reach(row.times.clips_per_s, _rate(row.times.clips_per_s)) if row.times else "-"


def _agreement(row: Row) -> str:
    return f"{100 * row.report.agreement:.1f}" if row.report else "-"


def _size(row: Row) -> str:
    """Relative to the reference's."""
    ratio = LIMITS["size_ratio"].of(row.report) if row.report else None
    return "-" if ratio is None else f"{ratio:.0%}"


_COLUMNS: dict[str, Callable[[Row], str]] = {
    "cell": _name,
    "batch": lambda row: str(row.cell.batch),
    "threads": lambda row: str(row.cell.threads),
    "time": _ratio,
    "ms": _call,
    "p90": _p90,
    "clips/s": _per_s,
    "agree": _agreement,
    "size": _size,
}
