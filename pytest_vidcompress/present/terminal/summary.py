"""What the end of a run says: tables, why, what changed, what was stored, and the closing line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ...gate.verdict import Result, Status
from ..answer_lines import answer_lines
from ..clip_cost_lines import clip_cost_lines
from ..formats.report_json import as_json
from ..grid.grid_lines import grid_lines
from ..outcome import Outcome
from ..printable import printable
from ..slower_calls import call_lines
from ..start_lines import start_lines
from ..text_table import paragraph
from ..unmeasured_lines import unmeasured_lines
from ..variants.learned_lines import learned_lines
from ..variants.sensitivity_lines import sensitivity_lines
from ..variants.target_lines import target_lines
from ..width import WIDTH
from .class_lines import class_lines
from .closing_line import closing_line
from .compared_runs import changes
from .coverage_lines import coverage_lines
from .free_line import free_lines
from .hotspot_lines import hotspot_lines
from .missing_runtimes import missing_lines
from .reason_lines import reason_lines
from .resumed_line import resumed
from .skipped_lines import skipped_lines
from .speed import speed_lines
from .table import Line, tables

MARKUP = {Status.FAILED: "red", Status.INCONCLUSIVE: "yellow", Status.NEW: "yellow", Status.PASSED: "green"}
"""How a terminal shows a status."""
OF_A_MODEL: Sequence[Callable[[Sequence[Result], int], Sequence[str]]] = (
    free_lines,
    clip_cost_lines,
    call_lines,
    class_lines,
    start_lines,
    answer_lines,
    coverage_lines,
    speed_lines,
    hotspot_lines,
)
"""What is said of the variants of one model, one after the other."""


def summary(outcome: Outcome, added: Iterable[Sequence[str]] = (), width: int = WIDTH) -> list[Line]:
    """The lines of the terminal summary, each with the status that colours it.

    Args:
        added: blocks of lines from `pytest_vidcompress_tables`.
        width: columns of the terminal.
    """
    lines: list[Line] = []
    for block in _blocks(outcome, added, width):
        lines += [*([Line("")] if lines and block else []), *block]
    results = outcome.results
    worst = min((result.status for result in results), key=lambda status: status.rank, default=Status.FAILED)
    closing = paragraph(closing_line(outcome), width)
    lines += [*([Line("")] if lines else []), *(Line(text, worst) for text in closing)]
    return [Line(printable(line.text), line.status) for line in lines]


def _blocks(outcome: Outcome, added: Iterable[Sequence[str]], width: int) -> Iterator[list[Line]]:
    """One after the other, with a line between them; those that are empty have nothing to say."""
    results = outcome.results
    for grid in outcome.grids:
        yield _plain(grid_lines(grid, width))
    yield tables(results, width)
    yield reason_lines(outcome, width)
    yield _plain(paragraph(_judges(results), width))
    yield _plain(paragraph(outcome.about, width))
    for model in dict.fromkeys(result.report.model for result in results):
        own = [result for result in results if result.report.model == model]
        for about in OF_A_MODEL:
            yield _plain(about(own, width))
    for block in added:
        yield _plain(block)
    for document in outcome.compared:
        yield _plain(changes(document.get("benchmarks", ()), _benchmarks(results), width))
    yield _listed("written to the baselines:", outcome.baselines.written, width)
    yield _listed("not written to the baselines:", outcome.baselines.left, width, Status.NEW)
    yield _listed("stored, but measured by no test any more:", outcome.baselines.unused, width, Status.NEW)
    for complaint in outcome.complaints:
        yield _plain(paragraph(complaint, width), Status.FAILED)
    page = outcome.reports[0] if outcome.reports else None
    yield _plain(skipped_lines(outcome.skipped, page, width), Status.NEW)
    yield _plain(missing_lines(outcome.missing, width), Status.NEW)
    yield _plain(target_lines(outcome.variants.targets.values(), width))
    for sensitivity in outcome.variants.sensitivities.values():
        yield _plain(sensitivity_lines(sensitivity, width))
    yield _plain(learned_lines(outcome.variants.learned.values(), width))
    for lines in unmeasured_lines(outcome.unmeasured, width):
        yield _plain(lines, Status.NEW)
    if any(reuse.hits for reuse in outcome.predictions):
        yield _plain(resumed(outcome.predictions, width))


def _judges(results: Sequence[Result]) -> str:
    """Which files of the baselines were held against: those of time and memory are of one machine class."""
    verdicts = [verdict for result in results for verdict in result.verdicts if verdict.stored is not None]
    files = dict.fromkeys(v.file for v in verdicts if v.file and v.status is not Status.NEW)
    return f"held to {', '.join(files)}" if files else ""


def _plain(texts: Iterable[str], status: Status | None = None) -> list[Line]:
    return [Line(text, status) for text in texts]


def _listed(title: str, items: Iterable[str], width: int, status: Status | None = None) -> list[Line]:
    below = [line for item in items for line in paragraph(item, width, "  ", "    ")]
    return _plain([title, *below] if below else [], status)


def _benchmarks(results: Sequence[Result]) -> list[dict[str, Any]]:
    """This run as pytest-benchmark would write it."""
    return [
        {"fullname": result.nodeid, "extra_info": {"vidcompress": as_json(result.report, result.verdicts)}}
        for result in results
        if result.nodeid
    ]
