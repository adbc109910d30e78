"""The variants of a model as rows, the worst first below the reference: what terminal and page show of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..gate.metrics import METRICS
from ..gate.verdict import Result
from ..measure.report import Report
from .cells import cell, heading, scale
from .wording import standing


@dataclass(frozen=True)
class Column:
    """The cells of all rows under a heading."""

    heading: str
    cells: tuple[str, ...]
    right: bool = True
    spare: int = 0
    """Where a line is too short, the columns with most of it are left out first; never one with none."""


@dataclass(frozen=True)
class Rows:
    """One cell a row in every column: of the reference, if there is one, then of each result."""

    results: tuple[Result, ...]
    reference: Report | None
    columns: tuple[Column, ...]
    """Names and verdicts first."""
    sources: tuple[str, ...]
    """Where one name is measured by several tests: what the number behind it stands for."""

    @property
    def model(self) -> str:
        return self.results[0].report.model

    @property
    def random(self) -> bool:
        """Weights are random: top-1 is the agreement with the reference."""
        return self.results[0].report.accuracy.kind == "agreement"

    @property
    def protocol_labels(self) -> tuple[str, ...]:
        """What an accuracy is labelled with that was measured under another protocol than the published one."""
        published = [result.report.identity.published for result in self.results]
        return tuple(dict.fromkeys(f"accuracy {each.label}" for each in published if each and each.label))

    @property
    def uneven(self) -> bool:
        """What one of them computes depends on the clip: `cells.UNEVEN` marks it."""
        return any(result.report.cost.macs_by_clip for result in self.results)

    @property
    def differing_clips(self) -> bool:
        return len({result.report.clips for result in self.results}) > 1


def variant_rows(results: Sequence[Result]) -> Rows:
    """Of one model; at least one result."""
    ordered = tuple(sorted(results, key=lambda result: result.status.rank))
    references = [r.report.reference for r in ordered if r.report.reference is not None]
    # The reference is known on the clips of every variant: on most of them best.
    reference = max(references, key=lambda report: report.clips, default=None)
    names, sources = _names(ordered)
    words = [standing(result) for result in ordered]
    if reference is not None:
        names, words = [reference.name, *names], ["reference", *words]
    columns = [Column("variant", tuple(names), right=False), Column("verdict", tuple(words), right=False)]
    return Rows(ordered, reference, (*columns, *_numbers(ordered, reference)), tuple(sources))


def _names(results: Sequence[Result]) -> tuple[list[str], list[str]]:
    """Names, with a number where it takes the test to tell two of them apart; and what the numbers stand for."""
    plain = [result.report.name for result in results]
    names, sources = list[str](), list[str]()
    for result, name in zip(results, plain, strict=True):
        if plain.count(name) > 1:
            sources.append(f"[{len(sources) + 1}] in {result.report.test}")
            name = f"{name} [{len(sources)}]"
        names.append(name)
    return names, sources


def _numbers(results: Sequence[Result], reference: Report | None) -> list[Column]:
    """How many clips, and a column a metric that has a heading; the first of each kind cannot be spared."""
    rows = [*([reference] if reference is not None else []), *(result.report for result in results)]
    random = rows[-1].accuracy.kind == "agreement"
    numbers = [Column("clips", tuple(str(report.clips) for report in rows), spare=len(METRICS))]
    kinds = set[str]()
    for metric in METRICS.values():
        # Under random weights the labels' top-1 is this agreement.
        if not metric.heading or (random and metric.name == "agreement"):
            continue
        # Clips of one label are not ranked.
        if metric.kind == "search":
            continue  # in a table of its own
        if metric.rule == "ranked" and all(metric.of(report) is None for report in rows):
            continue
        by = scale(metric, rows)
        cells = tuple(cell(metric, report, by, base=report is reference) for report in rows)
        title = "agree*" if random and metric.name == "top1" else heading(metric, by)
        numbers.append(Column(title, cells, spare=len(numbers) if metric.kind in kinds else 0))
        kinds.add(metric.kind)
    return numbers
