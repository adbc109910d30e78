"""A layer that computed in integers or bfloat16 and does not any more: red, and named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.gate.baseline.files import read_timings, write_timings
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored, StoredTiming
from pytest_vidcompress.gate.baseline.update_timings import update_timings
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.precision import computed_in_others, fallen_back, stored_layers
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.measure.cost.coverage import Coverage, LayerPrecision
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.message import message
from tests.gate.reports import report

DENSE = "encoder.layer.{}.output.dense"
LAYERS = {
    **{DENSE.format(k): "int8" for k in range(4)},
    **{f"encoder.layer.{k}.attention": "float32" for k in range(4)},
    "classifier": "int8",
}


def measured(layers: Mapping[str, str], **changes: Any) -> Report:
    """A report of layers that multiply equally much."""
    rows = tuple(LayerPrecision(name, precision, 1 / len(layers)) for name, precision in layers.items())
    shares = [
        sum(each.macs for each in rows if each.precision == precision) for precision in ("int8", "bfloat16")
    ]
    return report(coverage=Coverage(0.0, 0.0, shares[0], macs_bf16=shares[1], layers=rows), **changes)


def judged(now: Report, before: Report | None, **limits: float) -> dict[str, Verdict]:
    timing = None if before is None else StoredTiming.of(before)
    stored = Stored.of(now if before is None else before)
    return {verdict.metric: verdict for verdict in judge(now, Baseline(stored, timing), Budget(limits))}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({DENSE.format(3): "float32"}, "encoder.layer.3.output.dense computed in float32, was int8"),
        ({DENSE.format(3): "bfloat16"}, "encoder.layer.3.output.dense computed in bfloat16, was int8"),
        (
            {DENSE.format(k): "float32" for k in range(4)},
            "encoder.layer.*.output.dense computed in float32, was int8",
        ),
        (
            {DENSE.format(1): "float32", "classifier": "float32"},
            "encoder.layer.1.output.dense computed in float32, was int8; classifier computed in float32, was int8",
        ),
    ],
)
def test_a_layer_that_fell_back_is_red_and_named(now: Mapping[str, str], said: str) -> None:
    verdict = judged(measured({**LAYERS, **now}), measured(LAYERS))["integer_share"]
    assert (verdict.status, verdict.remedy) == (Status.FAILED, Remedy.ACCEPT)
    assert verdict.stored == pytest.approx(5 / 9)
    assert verdict.evidence == said


def test_the_message_names_it() -> None:
    now = measured({**LAYERS, DENSE.format(3): "float32"})
    said = message(now, [judged(now, measured(LAYERS))["integer_share"]])
    assert "integer_share failed: measured 44.44 %, stored 55.56 %" in said
    assert "    encoder.layer.3.output.dense computed in float32, was int8" in said.splitlines()


def test_unchanged_it_passes_and_better_it_passes() -> None:
    for now in (LAYERS, {**LAYERS, "encoder.layer.0.attention": "int8"}):
        verdict = judged(measured(now), measured(LAYERS))["integer_share"]
        assert (verdict.status, verdict.evidence) == (Status.PASSED, "")


def test_all_of_it_turned_float_is_red() -> None:
    verdict = judged(measured(dict.fromkeys(LAYERS, "float32")), measured(LAYERS))["integer_share"]
    assert (verdict.status, verdict.measured) == (Status.FAILED, 0.0)


def test_bf16_falls_likewise() -> None:
    before = {"blocks.0.up": "bfloat16", "blocks.1.up": "bfloat16"}
    verdict = judged(measured({**before, "blocks.1.up": "float32"}), measured(before))["bf16_share"]
    assert verdict.status is Status.FAILED
    assert verdict.evidence == "blocks.1.up computed in float32, was bfloat16"


def test_what_multiplies_no_integers_is_held_to_none_and_stores_none() -> None:
    now = measured(dict.fromkeys(LAYERS, "float32"))
    assert not {"integer_share", "bf16_share"} & judged(now, None).keys()
    content, _ = update_timings("create", {}, [now])
    assert not {"integer_share", "bf16_share"} & content[now.name].numbers.keys()
    assert content[now.name].layers == {}


def test_a_baseline_of_before_is_not_red_and_create_completes_it() -> None:
    now = measured(LAYERS)
    old = StoredTiming(test=now.test, numbers={"peak_memory_bytes": 10_000_000})
    verdicts = {v.metric: v for v in judge(now, Baseline(Stored.of(now), old))}
    assert (verdicts["integer_share"].status, verdicts["integer_share"].remedy) == (Status.NEW, Remedy.CREATE)
    assert "bf16_share" not in verdicts
    content, changes = update_timings("create", {now.name: old}, [now])
    assert content[now.name].numbers["integer_share"] == pytest.approx(5 / 9)
    assert content[now.name].layers["int8"] == ("encoder.layer.*.output.dense", "classifier")
    assert [change.metric for change in changes if change.metric == "integer_share"]


def test_what_cannot_be_counted_is_never_green() -> None:
    before = measured(LAYERS)
    for unknown in (replace(before.cost, coverage=None), _hearsay(before)):
        verdict = judged(replace(before, cost=unknown), before)["integer_share"]
        assert (verdict.measured, verdict.status) == (None, Status.INCONCLUSIVE)
        budget = judged(replace(before, cost=unknown), None, integer_share=0.1)["integer_share"]
        assert budget.status is Status.FAILED


def _hearsay(before: Report) -> Any:
    assert before.cost.coverage is not None
    return replace(before.cost, coverage=replace(before.cost.coverage, is_hearsay=True))


def test_a_budget_names_what_is_not() -> None:
    now = measured(LAYERS)
    assert judged(now, now, integer_share=0.5)["integer_share"].status is Status.PASSED
    budgets = [v for v in judge(now, Baseline(), Budget({"integer_share": 0.9})) if v.rule == "budget"]
    assert [(v.status, v.evidence) for v in budgets] == [
        (Status.FAILED, "of all MACs, not in int8: encoder.layer.*.attention 44.4 %")
    ]


def test_what_is_accepted_is_held_to_from_then_on() -> None:
    before, now = measured(LAYERS), measured({**LAYERS, DENSE.format(3): "float32"})
    stored, _ = update_timings("accept", {before.name: StoredTiming.of(before)}, [now])
    assert judged(now, now)["integer_share"].status is Status.PASSED
    assert stored[now.name].layers["int8"] == (*(DENSE.format(k) for k in range(3)), "classifier")


def test_names_go_to_the_file_and_back(tmp_path: Path) -> None:
    odd = {"a b.0": "int8", "*": "int8", "": "int8", "ä%.up": "bfloat16"}
    timing = StoredTiming.of(measured(odd))
    write_timings(tmp_path / "m.json", {"v": timing}, machine={"cpu": "x"})
    assert read_timings(tmp_path / "m.json")["v"].layers == timing.layers
    assert timing.layers == {"int8": ("a b.*", "*", "."), "bfloat16": ("ä%.up",)}


def test_one_line_for_all_layers_and_names_where_they_differ() -> None:
    assert stored_layers(measured(LAYERS), "int8") == ("encoder.layer.*.output.dense", "classifier")
    mixed = measured({**LAYERS, DENSE.format(0): "float32"})
    assert stored_layers(mixed, "int8") == (*(DENSE.format(k) for k in (1, 2, 3)), "classifier")
    assert stored_layers(report(), "int8") == ()


def test_many_are_counted_and_what_is_gone_is_said() -> None:
    names = [f"layer{chr(97 + k)}" for k in range(7)]
    now = measured({**dict.fromkeys(names, "float32"), "rest": "int8"})
    said = fallen_back(now, "int8", names)
    assert said.count("computed in float32, was int8") == 4
    assert said.endswith("; and 3 more")
    assert fallen_back(now, "int8", ("rest", "other")) == "other, which was int8, is gone"
    assert computed_in_others(measured({"a": "int8"}), "int8") == ""
