from __future__ import annotations

from typing import Any

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.html.figures.clip_cost_plots import clip_costs
from pytest_vidcompress.present.html.page_blocks import Figure
from tests.gate.reports import changed, report
from tests.measure.by_clip.costs import shown, uneven
from tests.present.html.figures.drawn import check, model_of, trace


def histogram(one: Report) -> Figure:
    (figure,) = clip_costs(model_of([Result(one)]))
    return check(figure)


def marks(figure: Figure) -> dict[str, float]:
    return {each["text"]: each["x"] for each in figure.layout["annotations"]}


def test_every_clip_is_counted_once_in_the_bin_of_its_cost() -> None:
    figure = histogram(uneven([300_000_000] * 4 + [900_000_000] * 2 + [1_500_000_000] * 3))
    assert sum(sum(each["y"]) for each in figure.traces) == 9
    # The three that hardly move and one of the middle cost 300,000,000 and lie on each other.
    low: dict[str, Any] = {
        name: dict(zip(trace(figure, name)["x"], trace(figure, name)["y"], strict=True))
        for name in ("still clips", "middle clips")
    }
    (place,) = [x for x, count in low["still clips"].items() if count]
    assert abs(place - 300) < 1500 / 32
    assert (low["still clips"][place], low["middle clips"][place]) == (3, 1)


def test_marks_lie_where_their_numbers_do() -> None:
    found = marks(histogram(uneven([750_000_000] * 2 + [1_500_000_000] * 2)))
    assert found["p50"] == 750
    assert found["p95"] == found["reference"] == 1500
    assert found["p50"] < found["mean"] < found["p95"]


def test_what_costs_more_than_the_uncompressed_model_fits() -> None:
    figure = histogram(uneven([1_000_000_000, 3_000_000_000]))
    assert marks(figure)["reference"] == 1500
    assert figure.layout["xaxis"]["range"][1] > 3000
    assert [each["name"] for each in figure.traces] == ["clips"]


def test_clips_that_move_alike_are_not_told_apart() -> None:
    alike = changed(uneven([1, 2, 3, 4]), shown=shown(4, motions=(1.0,) * 4), reference=None)
    figure = histogram(alike)
    assert [each["name"] for each in figure.traces] == ["clips"]
    assert [*marks(figure)] == ["mean", "p50", "p90", "p95"]


def test_a_fixed_cost_is_not_drawn() -> None:
    assert clip_costs(model_of([Result(report())])) == []
