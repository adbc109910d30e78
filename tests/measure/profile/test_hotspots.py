from __future__ import annotations

import pytest

from pytest_vidcompress.measure.profile.hotspots import NOWHERE, Hotspots, Spot, medians, of_nodes, shares
from pytest_vidcompress.runtimes.operator_time import OperatorTime

QKV = "encoder.layer.0.attention.qkv"
NODES = (
    OperatorTime("FullyConnected", 0.004, "up_1", "brgemm_avx512_i8", module=QKV),
    OperatorTime(
        "FullyConnected", 0.002, kernel="brgemm_avx512_f32", module=QKV.replace("layer.0", "layer.1")
    ),
    OperatorTime("MatMul", 0.001, module="encoder.layer.0.attention"),
    OperatorTime("MatMul", 0.002, "Multiply_17", kind="linear"),
    OperatorTime("Softmax", 0.001, kind="no such kind"),
)


def spot(name: str, self_s: float, kind: str = "linear") -> Spot:
    return Spot(name, kind, 1, self_s, 2 * self_s)


def test_medians_of_several_calls() -> None:
    runs = [{("a", "linear"): spot("a", seconds)} for seconds in (3.0, 1.0, 50.0)]
    runs[1]["b", "copy"] = spot("b", 7.0, "copy")
    a, b = medians(runs)
    assert (a.name, a.calls, a.self_s, a.total_s) == ("a", 1, 3.0, 6.0)
    assert (b.name, b.self_s, b.calls) == ("b", 0.0, 0), "two of three calls did not have it"
    assert medians([]) == ()


def test_shares_add_up_to_one() -> None:
    spots = [spot("a", 3.0), spot("a", 1.0, "copy"), spot("b", 4.0)]
    parts = shares(spots)
    assert parts["a", "linear"] == 3 / 8
    assert sum(parts.values()) == pytest.approx(1)
    assert shares([]) == {}
    assert shares([spot("a", 0.0)]) == {}


def test_kinds_are_sums_of_operators() -> None:
    found = Hotspots((spot("a", 3.0), spot("c", 2.0, "copy"), spot("b", 4.0)))
    assert [(kind.name, kind.self_s, kind.calls) for kind in found.kinds] == [
        ("linear", 7.0, 2),
        ("copy", 2.0, 1),
    ]
    assert found.seconds == 9.0
    assert Hotspots().seconds == 0
    assert Hotspots().kinds == ()


def test_nodes_of_a_runtime_by_operator() -> None:
    found = of_nodes([NODES], "openvino")
    assert (found.source, found.runs, found.note) == ("openvino", 1, "")
    rows = {(row.name, row.kind): (row.calls, row.self_s, row.kernel) for row in found.operators}
    assert rows == {
        ("FullyConnected", "linear"): (2, pytest.approx(0.006), "brgemm_avx512_i8"),
        ("MatMul", "attention matmul"): (1, 0.001, ""),
        ("MatMul", "linear"): (1, 0.002, ""),
        ("Softmax", "softmax"): (1, 0.001, ""),
    }
    assert found.operators[0].name == "FullyConnected", "the most expensive is first"


def test_integers_are_a_share_of_the_time_in_products() -> None:
    assert of_nodes([NODES], "openvino").integer_share == pytest.approx(0.004 / 0.009)
    assert of_nodes([NODES[3:4]], "openvino").integer_share == 0
    assert Hotspots((spot("a", 1.0, "copy"),)).integer_share is None
    kinds = {kind.name: kind.integer_s for kind in of_nodes([NODES], "openvino").kinds}
    assert kinds == {"linear": pytest.approx(0.004), "attention matmul": 0, "softmax": 0}


def test_nodes_of_a_runtime_by_the_modules_that_they_came_from() -> None:
    found = of_nodes([NODES], "openvino")
    rows = {row.name: (row.calls, row.self_s, row.total_s) for row in found.modules}
    whole = pytest.approx(0.007)
    assert rows == {
        "encoder.layer.*.attention.qkv": (2, pytest.approx(0.006), pytest.approx(0.006)),
        "encoder.layer.*.attention": (1, 0.001, whole),
        "encoder.layer.*": (0, 0, whole),
        "encoder.layer": (0, 0, whole),
        "encoder": (0, 0, whole),
        NOWHERE: (2, pytest.approx(0.003), pytest.approx(0.003)),
    }
    assert sum(row.self_s for row in found.modules) == pytest.approx(found.seconds)


def test_nodes_without_modules_have_none() -> None:
    assert of_nodes([NODES[3:]], "onnxruntime").modules == ()


def test_a_runtime_that_tells_nothing_is_said_to() -> None:
    found = of_nodes([(), ()], "tvm")
    assert found.operators == ()
    assert found.note == "tvm names no operators"
