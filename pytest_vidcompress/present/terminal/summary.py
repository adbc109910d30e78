"""What the end of a run says: tables, why, what changed, what was stored, and the closing line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ...gate.verdict import Result, Status
from ..answer_lines import answer_lines
from ..clip_cost_lines import clip_cost_lines
from ..formats.report_json import as_json
from ..grid.grid_lines import grid_lines
from ..measurement.search_lines import search_lines
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
from .screen import SCREEN, Block, on_a_screen
from .skipped_lines import skipped_lines
from .speed import speed_lines
from .table import Line, remark_lines, tables

MARKUP = {Status.FAILED: "red", Status.INCONCLUSIVE: "yellow", Status.NEW: "yellow", Status.PASSED: "green"}
"""How a terminal shows a status."""
OF_A_MODEL: Sequence[tuple[str, int, Callable[[Sequence[Result], int], Sequence[str]]]] = (
    ("what is for free", 1, free_lines),
    ("what single clips cost", 3, clip_cost_lines),
    ("slower calls", 4, call_lines),
    ("the classes that lose most", 2, class_lines),
    ("what embeddings find", 4, search_lines),
    ("cold starts", 5, start_lines),
    ("from file to answer", 6, answer_lines),
    ("what is int8 or half", 7, coverage_lines),
    ("achieved speed", 8, speed_lines),
    ("", 0, hotspot_lines),
)
"""What is said of the variants of one model, one after the other: what it is called, its rank, and its lines. What
was asked for, as by `--vc-profile`, is no detail."""
FEWEST_ROWS = 20
"""Variants of a model that are shown in any case."""
MOST_REASONS, MOST_ITEMS = 12, 5
"""Lines of reasons for each group of variants, and of what became of the baselines, on a screen."""
REMARKS, LEARNED, RESUMED = 0, 10, 11
"""Ranks of what else may be left out."""
WHERE = "-v shows it, --vc-report=FILE.html has more"


def summary(
    outcome: Outcome,
    added: Iterable[Sequence[str]] = (),
    width: int = WIDTH,
    whole: bool = True,
    blocks: str = "",
) -> list[Line]:
    """The lines of the terminal summary, each with the status that colours it.

    Args:
        added: blocks of lines from `pytest_vidcompress_tables`.
        width: columns of the terminal.
        whole: everything; else what a screen has room for.
        blocks: what bars grow by, as `tables` takes them.
    """
    results = outcome.results
    closing = paragraph(closing_line(outcome), width)
    grids = [_plain(grid_lines(grid, width)) for grid in outcome.grids]
    beside = [*_beside(outcome, added, width, whole)]

    def lines_of(rows: int | None, most: int | None) -> list[Line]:
        table = Block(tables(results, width, rows, blocks))
        return on_a_screen([*grids, table, *beside], most, WHERE, width)

    models = max(1, len({result.report.model for result in results}))
    screen = SCREEN * (models + len(grids)) - len(closing) - 1
    screen += sum(len(block.lines) + 1 for block in beside if block.asked and block.lines)
    lines = lines_of(None, None if whole else screen)
    if not whole and len(lines) > screen:
        # Variants are cut last, and a line for each model says how many.
        more = -(-(len(lines) - screen) // models) + 1
        lines = lines_of(max(FEWEST_ROWS, len(results) // models - more), screen)
    worst = min((result.status for result in results), key=lambda status: status.rank, default=Status.FAILED)
    lines += [*([Line("")] if lines else []), *(Line(text, worst) for text in closing)]
    return [Line(printable(line.text), line.status) for line in lines]


def _beside(outcome: Outcome, added: Iterable[Sequence[str]], width: int, whole: bool) -> Iterator[Block]:
    """What stands below the tables, one after the other; those that are empty have nothing to say."""
    results = outcome.results
    models = [
        [result for result in results if result.report.model == model]
        for model in dict.fromkeys(result.report.model for result in results)
    ]
    remarks = [line for own in models for line in remark_lines(own, width)]
    yield Block(_plain(dict.fromkeys(remarks)).lines, "remarks on single variants", REMARKS, joins=True)
    on = [line for said in (_judges(results), outcome.about) for line in paragraph(said, width)]
    yield Block(_plain(on).lines, joins=True)
    reasons = reason_lines(outcome, width)
    long = not whole and len(reasons) > MOST_REASONS
    yield Block(reason_lines(outcome, width, by_variant=False) if long else reasons)
    for own in models:
        for detail, rank, about in OF_A_MODEL:
            yield Block(_plain(about(own, width)).lines, detail, rank, asked=not detail)
    for block in added:
        yield _plain(block)
    for document in outcome.compared:
        yield _plain(changes(document.get("benchmarks", ()), _benchmarks(results), width))
    yield from _of_the_run(outcome, width, None if whole else MOST_ITEMS)


def _of_the_run(outcome: Outcome, width: int, most: int | None) -> Iterator[Block]:
    """What is said of all models together."""
    changes = outcome.baselines
    yield _listed("written to the baselines:", changes.written, width, most)
    yield _listed("not written to the baselines:", changes.left, width, most, Status.NEW)
    yield _listed("stored, but measured by no test any more:", changes.unused, width, most, Status.NEW)
    for complaint in outcome.complaints:
        yield _plain(paragraph(complaint, width), Status.FAILED)
    page = outcome.reports[0] if outcome.reports else None
    yield _plain(skipped_lines(outcome.skipped, page, width), Status.NEW)
    yield _plain(missing_lines(outcome.missing, width), Status.NEW)
    yield _plain(target_lines(outcome.variants.targets.values(), width))
    for sensitivity in outcome.variants.sensitivities.values():
        yield _plain(sensitivity_lines(sensitivity, width))
    learned = learned_lines(outcome.variants.learned.values(), width)
    yield Block(_plain(learned).lines, "learned variants", LEARNED)
    for lines in unmeasured_lines(outcome.unmeasured, width):
        yield _plain(lines, Status.NEW)
    if any(reuse.hits for reuse in outcome.predictions):
        yield Block(
            _plain(resumed(outcome.predictions, width)).lines, "predictions of an earlier run", RESUMED
        )


def _judges(results: Sequence[Result]) -> str:
    """Which files of the baselines were held against: those of time and memory are of one machine class."""
    verdicts = [verdict for result in results for verdict in result.verdicts if verdict.stored is not None]
    files = dict.fromkeys(v.file for v in verdicts if v.file and v.status is not Status.NEW)
    return f"held to {', '.join(files)}" if files else ""


def _plain(texts: Iterable[str], status: Status | None = None) -> Block:
    return Block([Line(text, status) for text in texts])


def _listed(
    title: str, items: Sequence[str], width: int, most: int | None, status: Status | None = None
) -> Block:
    """A line an item; of too many that call for no deed, one line that counts them."""
    more = len(items) - len(items[:most])
    if more and status is None:
        return _plain([f"{title} {len(items)} entries, -v shows them"])
    below = [line for item in items[:most] for line in paragraph(item, width, "  ", "    ")]
    below += [f"  and {more} more: -v shows them"] if more else []
    return _plain([title, *below] if below else [], status)


def _benchmarks(results: Sequence[Result]) -> list[dict[str, Any]]:
    """This run as pytest-benchmark would write it."""
    return [
        {"fullname": result.nodeid, "extra_info": {"vidcompress": as_json(result.report, result.verdicts)}}
        for result in results
        if result.nodeid
    ]
