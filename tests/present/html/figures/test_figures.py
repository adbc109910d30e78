"""Every figure of a run that has everything: plotly takes it, and its points are those of the run."""

from __future__ import annotations

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.html.figures.changes import change_figure, changes, side_by_side
from pytest_vidcompress.present.html.figures.class_map import MOST_CLASSES, class_map
from pytest_vidcompress.present.html.figures.hotspot_bars import by_module, by_operator, spot_rows
from pytest_vidcompress.present.html.figures.layer_precision import layer_precision
from pytest_vidcompress.present.html.figures.layer_sparsity import layer_sparsity
from pytest_vidcompress.present.html.figures.layers import precision, sensitivity
from pytest_vidcompress.present.html.figures.times import call_times, cold_starts
from pytest_vidcompress.present.html.reading.run import read_runs
from tests.gate.reports import report
from tests.present.html.figures.drawn import check, model_of, trace
from tests.present.html.made_run import made_run
from tests.present.terminal.profiles import OPENVINO, profiled

RUN = made_run(6, 400)
MODEL = model_of(RUN)
BARE = model_of([Result(report())])


def test_calls_are_drawn_one_by_one_beside_those_of_the_reference() -> None:
    figure = check(call_times(MODEL))
    for arm in ("variant", "reference"):
        assert len(trace(figure, arm)["x"]) == 6 * 60
        assert len(trace(figure, f"{arm}, p50")["hovertext"]) == 6
    assert "60 calls" in trace(figure, "variant, p50")["hovertext"][0]
    # The fastest lies at the top.
    assert trace(figure, "variant, p50")["x"] == sorted(trace(figure, "variant, p50")["x"])


def test_without_calls_there_are_percentiles() -> None:
    figure = check(call_times(BARE))
    assert trace(figure, "p50")["x"] == [50.0]


def test_cold_starts_by_their_parts() -> None:
    figure = check(cold_starts(MODEL))
    assert [each["name"] for each in figure.traces] == ["load", "prepare", "first call"]
    assert all(len(each["x"]) == 12 for each in figure.traces)
    assert figure.layout["barmode"] == "stack"
    assert cold_starts(BARE) is None


def test_classes_by_variant_the_most_hurt_first() -> None:
    figure = check(class_map(MODEL))
    (field,) = figure.traces
    assert len(field["z"]) <= MOST_CLASSES
    sums = [sum(row) for row in field["z"]]
    assert sums == sorted(sums)
    assert any("lost" in text for row in field["hovertext"] for text in row)
    assert field["zmin"] == -field["zmax"]
    assert class_map(BARE) is None


def test_operators_in_one_order_on_one_scale() -> None:
    model = model_of([profiled(), profiled(OPENVINO, name="int8-static")])
    figure = check(by_operator(model))
    assert [each["name"] for each in figure.traces][:2] == ["linear", "attention matmul"]
    totals = [sum(each["x"][row] for each in figure.traces) for row in range(3)]
    assert totals == pytest.approx([100, 60, 195])
    assert by_operator(BARE) is None


def test_modules_beyond_the_most_are_one_piece() -> None:
    figure = check(by_module(MODEL))
    assert {each["name"] for each in figure.traces} == {"Attention", "Linear"}
    entry = RUN["measurements"][0]
    rows = [*spot_rows(entry["reference_hotspots"], entry["hotspots"], "operators")]
    assert len(rows) == 7
    assert all(len(row) == 9 for row in rows)


def test_layers() -> None:
    assert len(check(sensitivity(RUN["sensitivities"][0])).traces) == 2
    narrow = check(precision(MODEL))
    assert [each["name"] for each in narrow.traces] == ["int8", "float32"]
    assert trace(narrow, "int8")["x"] == [70.0, 70.0]
    by_layer = check(layer_precision(MODEL))
    assert by_layer.traces[0]["z"][0] == [0] * 6
    assert sorted(by_layer.traces[0]["z"][1]) == [0, 0, 0, 0, 1, 1]
    assert layer_precision(BARE) is layer_sparsity(BARE) is None
    assert sensitivity({}) is None


def test_zeros_of_layers_that_hold_weights_in_variants_that_have_some() -> None:
    run = made_run(2)
    sparse, rounded = (each["layers"] for each in run["measurements"])
    for layer, (one, other) in enumerate(zip(sparse, rounded, strict=True)):
        one["sparsity"], other["sparsity"] = (None, None) if layer == 0 else (0.1 * layer, 0.01)
    # As a rewrite leaves it: a layer that others have not.
    sparse.append({"name": "encoder.qkv", "sparsity": 0.0, "precision": "float32", "macs": 1.0})
    model = model_of(run)
    figure = check(layer_sparsity(model))
    (field,) = figure.traces
    assert field["z"] == [[10.0], [20.0], [30.0], [40.0], [50.0], [0.0]]
    assert "50.0 % zeros" in field["hovertext"][4][0]
    assert figure.table.header == ("layer", model.variants[1].name)
    run["measurements"][1]["layers"][2]["sparsity"] = 0.3
    both = check(layer_sparsity(model_of(run)))
    assert None in both.traces[0]["z"][-1]


def test_what_surely_changed_comes_first() -> None:
    worse = made_run(6, 400)
    for each in worse["measurements"][:2]:
        each["latency_ratio"] *= 1.5
        each["latency_ratio_interval"] = [1.5 * end for end in each["latency_ratio_interval"]]
    worse["measurements"][2]["top1"] -= 0.001
    worse["measurements"][2]["top1_interval"] = [0, 1]
    runs = read_runs([RUN, worse], ["old.json", "new.json"])
    found = changes(runs[-1])
    assert [(each.metric.name, each.word) for each in found] == [
        ("latency_ratio", "worse"),
        ("latency_ratio", "worse"),
        ("top1", "within the intervals"),
    ]
    assert len(check(change_figure(runs[-1])).table.rows) == 3
    assert changes(runs[0]) == []
    table = side_by_side(runs)
    assert len(table.rows) == 6
    assert len(table.header) == 1 + 3 * 2
