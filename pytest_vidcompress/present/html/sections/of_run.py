"""What is of a run and not of a model: its verdict in a line, grids, targets, and where it ran."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ....gate.verdict import Status
from ...grid.grid_rows import SAID
from ...wording import count
from ..numbers import cell, ends, milliseconds_cell, percent_cell, whole_cell
from ..page_blocks import Block, Cell, Folded, Section, Table, Text
from ..reading.read_variant import Variant
from ..reading.run import Run
from ..reading.values import Entry, estimate, inner, items, number, objects, text

MOST_NAMED = 4
"""Variants that failed, in the first line."""


def verdict_line(run: Run) -> tuple[str, str]:
    """The verdict in a line, and the status that colours it."""
    variants = run.variants
    if not variants:
        return (
            "Grids were measured" if objects(run.document, "grids") else "Nothing was measured"
        ), "unchecked"
    failed = [each for each in variants if each.is_failed]
    if failed:
        named = "; ".join(map(_failure, failed[:MOST_NAMED]))
        more = f"; and {len(failed) - MOST_NAMED} more" if len(failed) > MOST_NAMED else ""
        return f"{len(failed)} of {count(len(variants), 'variant')} failed: {named}{more}", "failed"
    tally = {status: sum(each.status == status for each in variants) for status in map(str, Status)}
    unchecked = sum(each.status == "unchecked" for each in variants)
    if tally["passed"] == len(variants):
        return f"All {count(len(variants), 'variant')} held", "passed"
    parts = [f"{number} {status}" for status, number in (*tally.items(), ("unchecked", unchecked)) if number]
    worst = next((status for status, number in tally.items() if number), "unchecked")
    return f"None of {count(len(variants), 'variant')} failed: {', '.join(parts)}", worst


def _failure(variant: Variant) -> str:
    metrics = dict.fromkeys(verdict.metric for verdict in variant.bad())
    return f"{variant.name} ({', '.join(metrics)})"


def run_facts(run: Run) -> list[tuple[str, str]]:
    """A few of them, for below the first line."""
    facts, commit = run.facts, text(run.facts, "commit")
    machines = dict.fromkeys(text(each, "machine") for each in run.measurements)
    dirty = " with changes" if facts.get("dirty") is True else ""
    said = [
        ("began", text(facts, "began").replace("T", " ")),
        ("commit", commit[:12] + dirty if commit else ""),
        ("computer", ", ".join(filter(None, machines))),
        ("exit", text(facts, "exit")),
    ]
    return [(name, value) for name, value in said if value]


def grid_sections(run: Run) -> Iterator[Section]:
    """A table a grid: precision x runtime x batch x threads."""
    for grid in objects(run.document, "grids"):
        yield Section(f"Grid of {text(grid, 'model')}", [*_grid(grid)])


def _grid(grid: Entry) -> Iterator[Block]:
    cells, reports = objects(grid, "cells"), inner(grid, "reports")
    timed = [each for each in cells if "failure" not in each]
    header = (
        "cell",
        "batch",
        "threads",
        "time ratio",
        "95 %",
        "ms",
        "p90 ms",
        "clips/s",
        "agree",
        "of bytes",
        "best",
    )
    yield Table(
        f"Grid of {text(grid, 'model')}",
        header,
        [_grid_row(each, reports) for each in timed],
        words=frozenset({0, 10}),
    )
    marks = dict.fromkeys(text(each, "best") for each in timed)
    said = [f"{mark}: {SAID[mark]}" for mark in marks if mark in SAID]
    if said:
        yield Text("; ".join(said) + ".")
    missing = [each for each in cells if text(each, "failure")]
    if missing:
        rows = [
            (Cell(_arm(each)), Cell(f"{number(each, 'batch') or 0:.0f}"), Cell(text(each, "failure")))
            for each in missing
        ]
        yield Table("Not measured", ("cell", "batch", "why"), rows, words=frozenset({0, 2}))
    facts = {**inner(grid, "machine"), "versions": ", ".join(map(str, items(grid, "versions")))}
    yield Text("; ".join(f"{name} {value}" for name, value in facts.items() if value), "quiet")


def _arm(each: Entry) -> str:
    return " ".join(filter(None, (text(each, "precision"), text(each, "runtime"))))


def _grid_row(each: Entry, reports: Entry) -> tuple[Cell, ...]:
    ratio, speed = estimate(each, "ratio"), number(each, "clips_per_s")
    report = next(
        (
            inner(reports, key)
            for key in (_arm(each), f"{text(each, 'precision')}@{text(each, 'runtime')}")
            if key in reports
        ),
        {},
    )
    return (
        Cell(_arm(each)),
        whole_cell(number(each, "batch")),
        whole_cell(number(each, "threads")),
        cell(ratio, "" if ratio is None else f"{ratio:.2f}"),
        Cell(ends(ratio)),
        milliseconds_cell(number(each, "latency")),
        milliseconds_cell(number(each, "p90")),
        cell(speed),
        percent_cell(number(report, "agreement"), 1),
        percent_cell(number(report, "size_ratio")),
        Cell(text(each, "best"), style="passed" if text(each, "best") == "best" else ""),
    )


def targets_section(run: Run) -> Section | None:
    """Recipes that were searched for, to meet a budget."""
    found = objects(run.document, "targets")
    if not found:
        return None
    rows = [
        (
            Cell(text(each, "model")),
            Cell(text(each, "metric")),
            cell(number(each, "goal"), f"{number(each, 'goal') or 0:g}"),
            cell(number(each, "value"), f"{number(each, 'value') or 0:.3g}"),
            Cell(text(each, "recipe")),
            whole_cell(number(each, "tries")),
            percent_cell(number(each, "agreement"), 1),
        )
        for each in found
    ]
    header = ("model", "metric", "goal", "found", "recipe", "trials", "agreement")
    return Section(
        "Targets, as shares of the reference's", [Table("Targets", header, rows, words=frozenset({0, 1, 4}))]
    )


def environment_section(run: Run) -> Section | None:
    """What ran, where, and how to run it again."""
    facts = run.facts
    pairs: list[tuple[str, Any]] = [
        *((name, value) for name, value in inner(facts, "environment").items()),
        *(
            (name, value)
            for name in ("protocol", "protocol_details", "clips_digest", "machine", "machine_class")
            if (value := _all(run.measurements, name))
        ),
    ]
    rows = [
        (Cell(str(name)), Cell(str(value))) for name, value in dict(pairs).items() if value not in (None, "")
    ]
    blocks: list[Block] = []
    command = " ".join(str(each) for each in items(facts, "command"))
    if command:
        blocks.append(Text(command, "command"))
    blocks += [Text(str(each)) for each in items(facts, "complaints")]
    if rows:
        blocks.append(
            Folded(
                "Versions, machine, clips",
                [Table("Environment", ("what", "is"), rows, words=frozenset({0, 1}))],
                is_open=len(rows) < 30,
            )
        )
    return Section("Environment", blocks) if blocks else None


def _all(entries: Sequence[Entry], key: str) -> str:
    return "; ".join(filter(None, dict.fromkeys(text(each, key) for each in entries)))
