"""What tests ask of figures."""

from __future__ import annotations

import json
from typing import Any

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.html.page_blocks import Figure
from pytest_vidcompress.present.html.palette import painted
from pytest_vidcompress.present.html.reading.run import ModelOfRun, read_runs
from tests.present.html.documents import document


def model_of(source: dict[str, Any] | list[Result], *earlier: dict[str, Any]) -> ModelOfRun:
    """The first model of a document or of results, after earlier runs."""
    now = document(source) if isinstance(source, list) else source
    return read_runs([*earlier, now])[-1].models[0]


def check(figure: Figure | None) -> Figure:
    """A figure that plotly takes as it is, in both themes, and whose table has a cell for every heading."""
    import plotly.graph_objects as go

    assert figure is not None
    for theme in (0, 1):
        go.Figure(data=[*painted(figure.traces, theme)], layout=painted(figure.layout, theme))
    json.dumps(figure.document, allow_nan=False)
    assert figure.about
    assert all(len(row) == len(figure.table.header) for row in figure.table.rows)
    return figure


def trace(figure: Figure, name: str) -> Any:
    """The one of that name."""
    (found,) = [each for each in figure.traces if each.get("name") == name]
    return found
