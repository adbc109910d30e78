"""What embeddings find, a row a variant below its reference: for terminals and step summaries."""

from __future__ import annotations

from collections.abc import Sequence

from ...gate.metrics import METRICS, SEARCHED, SHARE, Metric
from ...gate.verdict import Result
from ...measure.report import Report
from ..cells import cell
from ..text_table import columns_within, paragraph, shorten
from ..width import WIDTH

COMPARED, PLAIN = (
    METRICS["recall_at_1"],
    tuple(
        METRICS[name] for name in (*SEARCHED, "vector_bytes") if name not in ("recall_at_1", "recall_at_5")
    ),
)
"""The column that says by how much it changed, and those that leave room for names."""
_OF_TWO = ("agreement_at_10", "asymmetric_recall_at_1", "reverse_recall_at_1")
"""A reference asks itself and agrees with itself, which is nothing to say."""
_NAME = 40


def search_lines(results: Sequence[Result], width: int = WIDTH) -> list[str]:
    """The variants of one model; nothing where no test asked for it."""
    reports = [result.report for result in results if result.report.search]
    if not reports:
        return []
    title = (
        f"what embeddings find, {shorten(reports[0].model, 30)}: each clip asks for all others; shares in %, changes"
        " in points; it asks: its queries among the reference's embeddings, it answers: the other way round"
    )
    base = next((each.reference for each in reports if each.reference), None)
    rows = [_row(each, each is base) for each in ([base] if base else []) + reports]
    header = ["variant", *(metric.heading for metric in (COMPARED, *PLAIN))]
    return [*paragraph(title, width), *columns_within(header, rows, range(1, len(header)), width)]


def _row(report: Report, is_base: bool) -> list[str]:
    name = "reference" if is_base else shorten(report.name, _NAME)
    plain = ["-" if is_base and metric.name in _OF_TWO else _plain(metric, report) for metric in PLAIN]
    return [name, cell(COMPARED, report, 1.0, base=is_base), *plain]


def _plain(metric: Metric, report: Report) -> str:
    value = metric.of(report)
    return (
        "-" if value is None else f"{metric.unit.scale * value:{'.1f' if metric.unit is SHARE else ',.0f'}}"
    )
