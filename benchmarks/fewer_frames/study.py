"""Runs the rows, those that decide most first, and writes what came out of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.fewer_frames.features import Sets
from benchmarks.fewer_frames.paired import gain
from benchmarks.fewer_frames.rows import (
    EARLY,
    FRAMES,
    GIVEN,
    KEEP,
    KINDS,
    ROWS,
    SERIAL,
    TEACHER,
    UNIFORM,
)
from benchmarks.fewer_frames.trial import Trials
from pytest_vidcompress.clips.events.plan import LABELS
from pytest_vidcompress.measure.accuracy.ranking import Rankings
from pytest_vidcompress.models.load import load
from pytest_vidcompress.processes.file_lock import locked

RESULTS = Path(__file__).with_name("results.json")
SEEDS = (0, 1, 2)
TENTH = FRAMES // 10
STUDENTS, OTHERS = (SERIAL, GIVEN), (EARLY, UNIFORM, TEACHER)
"""Each of those is held against each of these."""


@dataclass(frozen=True)
class Cell:
    """One number of a table, by all seeds."""

    kind: str
    row: str
    keep: int
    size: str

    def __str__(self) -> str:
        return f"{self.kind} | {self.row} | {self.keep} | {self.size}"

    def gain_over(self, other: str) -> str:
        """The name of what this one has before another row."""
        return f"{self} - {other}"

    def beside(self, other: str) -> Cell:
        """That row of as many frames and clips; the teacher is of all."""
        if other == TEACHER:
            return Cell(self.kind, TEACHER, FRAMES, "full")
        return Cell(self.kind, other, self.keep, self.size)


def cells() -> Iterator[Cell]:
    """In the order of their worth."""
    short, rows = (UNIFORM, GIVEN, SERIAL), [row for row in ROWS if row != EARLY]
    for kind in KINDS:
        yield Cell(kind, TEACHER, FRAMES, "full")
        yield from (Cell(kind, row, TENTH, "full") for row in STUDENTS)
        yield from (Cell(kind, row, TENTH, "small") for row in (UNIFORM, SERIAL))
    for kind in KINDS:
        # H-RNN learns slowly: after all steps it is at its best.
        for row in (GIVEN, *((EARLY,) if kind != "hrnn" else ())):
            yield Cell(kind, row, TENTH, "small")
        yield Cell(kind, UNIFORM, TENTH, "full")
    yield from (Cell("hrnn", row, TENTH, "small") for row in rows)
    for size in ("quarter", "half"):
        yield from (Cell(kind, row, TENTH, size) for kind in KINDS for row in short)
    for kind in ("netvlad", "nextvlad"):
        yield from (Cell(kind, row, TENTH, "small") for row in rows)
    for size, keep in (("full", 30), ("small", 30), ("full", 15)):
        yield from (Cell(kind, row, keep, size) for kind in KINDS for row in short)
    for keep in KEEP:
        for size in ("small", "full"):
            yield from (Cell(kind, row, keep, size) for kind in KINDS for row in short)
    for keep in (30, 15, 3, 10):
        yield from (Cell("hrnn", row, keep, "small") for row in rows)


def run(kinds: Sequence[str] = KINDS) -> None:
    """All of these kinds that is not there yet; several kinds may run beside each other."""
    torch.set_num_threads(1)
    results = read()
    sets = Sets(load(KINDS[0], LABELS, "events"))
    trials = {kind: Trials(load(kind, LABELS, "events"), sets) for kind in kinds}
    answers: dict[Cell, list[torch.Tensor]] = {}

    def answered(cell: Cell) -> list[torch.Tensor]:
        if cell not in answers:
            answers[cell] = [trials[cell.kind].logits(cell.row, cell.keep, cell.size, seed) for seed in SEEDS]
        return answers[cell]

    wanted = [*dict.fromkeys(each for each in cells() if each.kind in kinds)]
    # Twice: what a student is held against may come after it.
    for cell in (*wanted, *wanted):
        if str(cell) not in results["cells"]:
            results["cells"][str(cell)] = [_scores(each, sets.test.truths) for each in answered(cell)]
            print(cell, results["cells"][str(cell)], flush=True)
            write(results)
        for other in OTHERS if cell.row in STUDENTS else ():
            name, against = cell.gain_over(other), cell.beside(other)
            if name not in results["gains"] and str(against) in results["cells"]:
                results["gains"][name] = gain(answered(cell), answered(against), sets.test.truths)
                print(name, results["gains"][name], flush=True)
                write(results)


def _scores(logits: torch.Tensor, truths: torch.Tensor) -> dict[str, float]:
    rankings, ones = Rankings.of(logits, truths), torch.ones(1, len(logits))
    return {"gap": round(float(rankings.gap(ones)), 4), "mean_ap": round(float(rankings.mean_ap(ones)), 4)}


def read() -> dict[str, Any]:
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {"cells": {}, "gains": {}}


def write(results: dict[str, Any]) -> None:
    """Beside what others have written meanwhile; nobody reads half of it."""
    partial = RESULTS.with_suffix(".partial")
    with locked(RESULTS.with_name(f".{RESULTS.name}.lock"), str(RESULTS)):
        for part, known in read().items():
            results[part] = {**known, **results[part]}
        partial.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        partial.replace(RESULTS)
