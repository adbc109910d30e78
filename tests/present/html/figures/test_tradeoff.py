from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.present.html.figures.plot_parts import front, plot_text, reach
from pytest_vidcompress.present.html.figures.tradeoff import tradeoff
from pytest_vidcompress.present.html.figures.tradeoff_points import COSTS, Point, points_of
from tests.present.html.figures.drawn import check, model_of, trace
from tests.present.html.made_run import made_run

TIME, BYTES, _ = COSTS
POINTS = st.lists(st.tuples(st.floats(0, 2), st.floats(-50, 5)), max_size=30)


@given(POINTS)
def test_nothing_beats_what_is_on_the_front_and_something_on_it_beats_the_rest(
    points: list[tuple[float, float]],
) -> None:
    def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one[0] <= other[0] and one[1] >= other[1] and one != other

    best = front(points)
    assert not any(beats(other, points[place]) for place in best for other in points)
    for place, each in enumerate(points):
        assert place in best or any(beats(points[p], each) or points[p] == each for p in best)


def of(measurements: list[dict[str, Any]]) -> list[Point]:
    return points_of(model_of({"measurements": measurements}), TIME)


def entry(name: str, ratio: float, drop: float, **more: Any) -> dict[str, Any]:
    made = {"name": name, "model": "m", "test": f"t::{name}", "clips": 10, "recipe": name}
    return made | {"latency_ratio": ratio, "top1_drop": drop, **more}


FAILED = [{"metric": "top1", "status": "failed", "measured": 0.1, "rule": "baseline"}]


def test_the_front_is_of_what_can_be_shipped_and_of_the_reference() -> None:
    points = of(
        [
            entry("fast", 0.4, 0.05),
            entry("failed", 0.3, 0.0, verdicts=FAILED),
            entry("beaten", 0.5, 0.06),
            entry("slower", 1.1, 0.0),
            entry("better", 1.2, -0.01),
        ]
    )
    assert {each.variant.name for each in points if each.on_front} == {"fast", "better"}


def test_the_line_goes_through_the_front_and_the_reference() -> None:
    figure = check(tradeoff(model_of({"measurements": [entry("a", 0.4, 0.05), entry("b", 0.6, 0.02)]}), TIME))
    line = trace(figure, "Pareto front")
    assert (line["x"], line["y"]) == ([0.4, 0.6, 1.0], [-5.0, -2.0, 0.0])
    beaten = check(tradeoff(model_of({"measurements": [entry("a", 0.4, 0.0)]}), TIME))
    assert trace(beaten, "Pareto front")["x"] == [0.4]


def test_every_variant_is_a_point_with_its_interval_and_says_itself() -> None:
    run = made_run(6, 200)
    for cost in COSTS:
        figure = check(tradeoff(model_of(run), cost))
        shown = [text for name in ("passed", "failed") for text in trace(figure, name)["hovertext"]]
        assert len(shown) == len(figure.table.rows) == 6
        assert all("200 clips" in text and "points" in text for text in shown)
    figure = check(tradeoff(model_of(run), TIME))
    (bars,) = [each for each in figure.traces if "error_y" in each and len(each["x"]) == 1]
    failed = run["measurements"][-1]
    low, high = failed["top1_drop_interval"]
    assert bars["error_y"]["array"] == [pytest.approx(100 * (failed["top1_drop"] - low))]
    assert bars["error_y"]["arrayminus"] == [pytest.approx(100 * (high - failed["top1_drop"]))]


def test_names_stand_at_what_is_on_the_front_or_failed() -> None:
    model = model_of(made_run(9, 200))
    figure = check(tradeoff(model, TIME))
    named = {each.variant.name for each in points_of(model, TIME) if each.on_front or each.variant.is_failed}
    assert {each.text for each in figure.labels} == named
    assert 0 < len(named) < 9


def test_the_baseline_is_a_hollow_point_joined_to_today() -> None:
    stored = [
        {"metric": "top1", "status": "passed", "measured": 0.8, "stored": 0.83, "rule": "baseline"},
        {"metric": "size_bytes", "status": "passed", "measured": 5e6, "stored": 6e6, "rule": "baseline"},
    ]
    now = entry("a", 0.4, 0.1, top1=0.8, size_bytes=5e6, size_ratio=0.5, verdicts=stored)
    figure = check(tradeoff(model_of({"measurements": [now]}), BYTES))
    before = trace(figure, "before (baseline or earlier run)")
    assert (before["x"], before["y"]) == ([pytest.approx(0.6)], [pytest.approx(-7.0)])
    assert before["marker"]["symbol"] == "circle-open"
    joined = next(each for each in figure.traces if each["mode"] == "lines" and None in each["x"])
    assert (joined["x"], joined["y"]) == ([before["x"][0], 0.5, None], [before["y"][0], -10.0, None])


def test_an_earlier_run_is_where_a_variant_was() -> None:
    before, now = {"measurements": [entry("a", 0.6, 0.02)]}, {"measurements": [entry("a", 0.4, 0.05)]}
    (point,) = points_of(model_of(now, before), TIME)
    assert point.before == ((0.6, -2.0, "in an earlier run"),)


def test_budgets_are_lines() -> None:
    figure = check(tradeoff(model_of(made_run(3)), TIME))
    lines = {(each.get("x0"), each.get("y0")) for each in figure.layout["shapes"]}
    assert lines == {(1.0, 0), (0, -5.0)}
    assert {each["text"] for each in figure.layout["annotations"]} == {"≤ 1", "≥ -5"}


def test_nothing_measured_is_no_plot() -> None:
    assert tradeoff(model_of({"measurements": [{"name": "a", "model": "m"}]}), TIME) is None


def test_an_interval_that_nothing_bounds_is_not_drawn() -> None:
    found = reach([Estimate(1.0, 0.5, float("inf")), 2.0])
    assert (found["array"], found["arrayminus"]) == ([0.0, 0.0], [0.5, 0.0])


def test_foreign_text_is_no_markup_in_a_plot() -> None:
    assert plot_text("<a href='x'>\x1b&\u202e", 60) == r"&lt;a href='x'&gt;\x1b&amp;\u202e"
    assert len(plot_text("x" * 100)) < 40
