"""What is said of a grid in words, on the terminal and on the page: what it is, what serves best, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...gate.grid_choice import GridChoice
from ...gate.metrics import LIMITS, quantity
from ...measure.grid.cell import Cell
from ...measure.grid.grid import Row
from ..wording import clips, count
from .grid_rows import milliseconds, rate

MOST_TIES = 3
"""Of a sentence; all are marked in the table."""


def title(choice: GridChoice) -> str:
    """What was measured, beside what."""
    grid = choice.grid
    reference = grid.reference
    seconds = reference.times.latency if reference.times else None
    beside = f", {milliseconds(seconds)} ms a clip" if seconds else ""
    rounds = max((row.times.rounds for row in grid.timed if row.times), default=0)
    in_rounds = (
        f"{rounds} of {grid.planned} rounds (it was stopped)" if grid.interrupted else count(rounds, "round")
    )
    on = clips([row.report for row in grid.rows if row.report is not None])
    return (
        f"{grid.model} on {on}: {len(choice.rows)} of {count(len(grid.rows), 'cell')}, each timed in"
        f" {in_rounds} beside {reference.cell.arm}, batch 1,"
        f" {count(reference.cell.threads, 'thread')}{beside}"
    )


def sentences(choice: GridChoice) -> Iterator[str]:
    """Who serves best within the budget, and who not surely worse."""
    limits = [
        f"{name} {'>=' if LIMITS[name].at_least else '<='} {quantity(name, limit)}"
        for name, limit in choice.budget.limits.items()
    ]
    held = f"within the budget ({', '.join(limits)})" if limits else "without a budget"
    if not choice.within:
        yield f"{held}: no cell"
    for batch, best in choice.fastest.items():
        ties = [_how(choice, row.cell, batch=False) for row in choice.ties_in_batch(best)]
        served = _how(choice, best.cell, batch=False)
        yield f"{held}, the shortest call of batch {batch}: {served}{_speed(best)}{_tied(ties)}"
    most = choice.most_clips
    # Of a single batch both are the same.
    if most is not None and len(choice.fastest) > 1:
        ties = [_how(choice, row.cell) for row in choice.ties(most)]
        yield f"{held}, the most clips a second: {_how(choice, most.cell)}{_speed(most)}{_tied(ties)}"


def failures(choice: GridChoice) -> Iterator[tuple[str, str]]:
    """Cells that were not timed, those alike together, and why."""
    alike: dict[tuple[str, str], list[Cell]] = {}
    for row in choice.grid.missing:
        alike.setdefault((str(row.cell.arm), row.failure), []).append(row.cell)
    for (name, reason), cells in alike.items():
        batches = " and ".join(map(str, sorted({cell.batch for cell in cells})))
        threads = " and ".join(map(str, sorted({cell.threads for cell in cells})))
        alone = _same_threads(choice)
        yield f"{name}, batch {batches}{'' if alone else f', {threads} threads'}", reason


def machine(choice: GridChoice) -> str:
    """On what, with which versions, in a line."""
    facts = choice.grid.machine
    limit = f"at most {facts['isa_limit']}" if "isa_limit" in facts else ""
    cpu = [facts.get("cpu", ""), facts.get("model", ""), facts.get("features") or facts.get("isa", ""), limit]
    named = " ".join(str(each) for each in cpu if each)
    return f"{named}; {count(int(facts['threads']), 'thread')}; {', '.join(choice.grid.versions)}"


def _same_threads(choice: GridChoice) -> bool:
    """Is it always the same number? Then it is said once."""
    return len({row.cell.threads for row in choice.grid.rows}) == 1


def _how(choice: GridChoice, cell: Cell, batch: bool = True) -> str:
    """An arm, and how it is called as far as that is not said already."""
    how = [f"batch {cell.batch}"] if batch else []
    how += [] if _same_threads(choice) else [count(cell.threads, "thread")]
    return f"{cell.arm} ({', '.join(how)})" if how else str(cell.arm)


def _speed(row: Row) -> str:
    assert row.times is not None
    return f", {milliseconds(row.times.latency)} ms, {rate(row.times.clips_per_s)} clips/s"


def _tied(ties: Sequence[str]) -> str:
    more = len(ties) - MOST_TIES
    names = [*ties[:MOST_TIES], *([f"{more} more"] if more > 0 else [])]
    return f"; not surely slower: {', '.join(names)}" if names else ""
