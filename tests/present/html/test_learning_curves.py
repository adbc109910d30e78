"""Pictures of trainings on the page."""

from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.models.learning_curve import CurvePoint, LearningCurve
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.html.learning_curves import EDGE, HEIGHT, WIDTH, drawn_curves
from pytest_vidcompress.present.html.page import page
from tests.gate.reports import report

POINTS = (CurvePoint(50, 3.0, 60.0), CurvePoint(100, 2.0, 120.0), CurvePoint(200, 1.0, 240.0))
CURVE = LearningCurve("distil:steps=200", 16, POINTS)
TRAINED = Result(replace(report(name="distil:steps=200"), learning=(CURVE,)))


def test_a_curve_falls_from_the_highest_loss_at_the_top_to_the_last_step_at_the_right() -> None:
    (drawn,) = drawn_curves([Result(report()), TRAINED])
    places = [tuple(map(float, each.split(","))) for each in drawn.line.split(" ")]
    assert places[0][1] == EDGE
    assert places[-1] == (WIDTH - EDGE, HEIGHT - EDGE)
    assert places[1] == ((places[-1][0] + EDGE) / 2, HEIGHT / 2)
    assert drawn.loss_ends == ("1", "3")
    assert drawn.caption.endswith("200 steps on 3,200 clips, loss 3 to 1, 4.0 minutes")


def test_a_loss_that_stands_still_and_a_training_of_one_point_draw_no_nonsense() -> None:
    level = replace(CURVE, points=tuple(replace(point, loss=2.0) for point in POINTS))
    single = replace(CURVE, points=POINTS[:1])
    (drawn,) = drawn_curves([Result(replace(report(), learning=(level, single)))])
    assert {float(each.split(",")[1]) for each in drawn.line.split(" ")} == {EDGE}


def test_the_page_and_the_file_have_it() -> None:
    html = page([TRAINED])
    assert html.count("<polyline") == 1
    assert "loss while training by distil:steps=200" in html
    assert "<polyline" not in page([Result(report())])
    assert [LearningCurve.from_json(each) for each in as_json(TRAINED.report)["learning"]] == [CURVE]
    assert "learning" not in as_json(report())
