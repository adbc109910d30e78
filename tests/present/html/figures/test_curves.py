"""Trainings on the page."""

from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.models.learning_curve import CurvePoint, LearningCurve
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.html.figures.curves import learning_curves
from tests.gate.reports import report
from tests.present.html.figures.drawn import check, model_of

POINTS = (CurvePoint(50, 3.0, 60.0), CurvePoint(100, 2.0, 120.0), CurvePoint(200, 1.0, 240.0))
CURVE = LearningCurve("distil:steps=200", 16, POINTS)
TRAINED = Result(replace(report(name="distil:steps=200"), learning=(CURVE,)))


def test_a_line_a_training_through_all_its_points() -> None:
    figure = check(learning_curves(model_of([Result(report()), TRAINED])))
    (line,) = figure.traces
    assert (line["x"], line["y"]) == ([50, 100, 200], [3.0, 2.0, 1.0])
    assert line["name"] == "distil:steps=200"
    assert "step 200: loss 1" in line["hovertext"][-1]
    assert [cell.text for cell in figure.table.rows[-1]] == [*("distil:steps=200",) * 2, "200", "1", "240"]


def test_a_training_of_one_point_draws_nothing() -> None:
    single = replace(CURVE, points=POINTS[:1])
    assert learning_curves(model_of([Result(replace(report(), learning=(single,)))])) is None
    assert learning_curves(model_of([Result(report())])) is None


def test_the_file_has_it() -> None:
    assert [LearningCurve.from_json(each) for each in as_json(TRAINED.report)["learning"]] == [CURVE]
    assert "learning" not in as_json(report())
