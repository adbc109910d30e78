from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.stored import Baseline, Stored, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.exact import judge_exact
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.metrics import METRICS
from pytest_vidcompress.gate.verdict import Remedy, Result, Status, Verdict
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import changed, confirmation, report

BASE = report()
STORED = Stored.of(BASE)
TIMING = replace(StoredTiming.of(BASE), runs=(float(BASE.latency_ratio or 0),) * 3, spreads=(0.01,) * 3)


def without(stored: Stored, metric: str) -> Stored:
    return replace(stored, numbers={name: n for name, n in stored.numbers.items() if name != metric})


def verdicts(
    now: Report, stored: Stored | None = STORED, timing: StoredTiming | None = TIMING
) -> dict[str, Verdict]:
    return {verdict.metric: verdict for verdict in judge(now, Baseline(stored, timing))}


def test_the_same_again_passes() -> None:
    held = verdicts(BASE)
    assert list(held) == ["top1", "size_bytes", "macs", "sparsity", "latency_ratio", "peak_memory_bytes"]
    assert {verdict.status for verdict in held.values()} == {Status.PASSED}


def test_no_clip_is_never_green() -> None:
    (verdict,) = judge(report(outcomes=()), Baseline(STORED, TIMING), Budget({"kl": 1}))
    assert (verdict.status, verdict.reason) == (Status.FAILED, "no clip was measured")


def test_everything_is_new_without_a_baseline() -> None:
    held = verdicts(BASE, None, None)
    assert {verdict.status for verdict in held.values()} == {Status.NEW}
    assert {"top1", "size_bytes", "latency_ratio"} <= set(held)


@pytest.mark.parametrize(
    ("change", "metric", "status"),
    [
        ({"size_bytes": 3_000_001}, "size_bytes", Status.FAILED),
        ({"size_bytes": 2_999_999}, "size_bytes", Status.PASSED),
        ({"size_bytes": None}, "size_bytes", Status.FAILED),
        ({"macs": 1_500_000_001}, "macs", Status.FAILED),
        ({"sparsity": 0.19}, "sparsity", Status.FAILED),
        ({"sparsity": 0.2 - 5e-7}, "sparsity", Status.PASSED),
        ({"sparsity": 0.3}, "sparsity", Status.PASSED),
        ({"peak_memory_bytes": 10_400_000}, "peak_memory_bytes", Status.PASSED),
        ({"peak_memory_bytes": 10_600_000}, "peak_memory_bytes", Status.FAILED),
        ({"peak_memory_bytes": None}, "peak_memory_bytes", Status.INCONCLUSIVE),
        ({"latency_ratio": None, "log_ratios": ()}, "latency_ratio", Status.INCONCLUSIVE),
    ],
)
def test_exact_metrics(change: dict[str, Any], metric: str, status: Status) -> None:
    assert verdicts(report(**change))[metric].status is status


def test_a_stored_time_with_too_few_runs_is_new() -> None:
    held = verdicts(BASE, timing=StoredTiming.of(BASE))["latency_ratio"]
    assert held.status is Status.NEW
    assert held.reason.startswith("1 of 3 runs were recorded")


def test_a_suspect_is_judged_by_its_blocks() -> None:
    slow = report(log_ratios=[0.5, 0.51] * 8)
    assert verdicts(slow)["latency_ratio"].status is Status.INCONCLUSIVE
    confirmed = changed(slow, confirmed=confirmation(0.5))
    assert verdicts(confirmed)["latency_ratio"].status is Status.FAILED
    cleared = changed(slow, confirmed=confirmation(-0.1))
    assert verdicts(cleared)["latency_ratio"].status is Status.PASSED


def test_an_error_rate_of_nothing_fails_nothing() -> None:
    slow = report(log_ratios=[0.5, 0.51] * 8, confirmed=confirmation(0.5))
    held = {v.metric: v.status for v in judge(slow, Baseline(STORED, TIMING), alpha=1e-300)}
    assert held["latency_ratio"] is Status.INCONCLUSIVE


def test_another_build_is_held_to_only_where_it_was_timed() -> None:
    beside = report(against=confirmation(0.5))
    (held,) = [v for v in judge(beside, Baseline(STORED), against="main") if v.metric == "latency_ratio"]
    assert held.status is Status.FAILED
    (new,) = [v for v in judge(BASE, Baseline(STORED), against="main") if v.metric == "latency_ratio"]
    assert new.status is Status.NEW


def test_a_margin_of_the_test() -> None:
    worse = report((True,) * 85 + (False,) * 15)
    assert judge(worse, Baseline(STORED, TIMING))[0].status is Status.FAILED
    assert (
        judge(worse, Baseline(STORED, TIMING), margins=Margins(top1=0.2, floor=0.5))[0].status
        is Status.PASSED
    )


def test_better_is_said() -> None:
    assert verdicts(report(size_bytes=1))["size_bytes"].reason == "smaller than stored"


def test_metric_missing_from_the_baseline_is_new() -> None:
    held = verdicts(BASE, without(STORED, "macs"), StoredTiming())
    assert {held[m].status for m in ("macs", "latency_ratio", "peak_memory_bytes")} == {Status.NEW}


def test_reference_has_no_time_to_hold() -> None:
    assert "latency_ratio" not in verdicts(report(reference=None))


def test_budget() -> None:
    limits = Budget(
        {
            "top1_drop": 0.05,
            "size_ratio": 0.2,
            "agreement": 0.9,
            "sparsity": 0.5,
            "peak_memory_ratio": 0.5,
            "kl": 0.01,
        }
    )
    held = {
        v.metric: v
        for v in judge(report((True,) * 85 + (False,) * 15), Baseline(), limits)
        if v.rule == "budget"
    }
    assert {metric: str(verdict.status) for metric, verdict in held.items()} == {
        "top1_drop": "passed",
        "agreement": "passed",
        "kl": "failed",
        "size_ratio": "failed",
        "sparsity": "failed",
        "peak_memory_ratio": "passed",
    }


@pytest.mark.parametrize(("limit", "status"), [(0.95, Status.FAILED), (0.94, Status.PASSED)])
def test_a_budget_is_a_least_share_of_the_reference(limit: float, status: Status) -> None:
    now = report((True,) * 85 + (False,) * 15)
    verdict = judge(now, Baseline(), Budget({"top1_ratio": limit}))[-1]
    assert (verdict.metric, verdict.status) == ("top1_ratio", status)
    assert verdict.measured == pytest.approx(85 / 90)
    assert verdict.reason == ("below the budget" if status is Status.FAILED else "within the budget")
    itself = judge(changed(now, reference=None), Baseline(), Budget({"top1_ratio": 1}))[-1]
    assert (itself.measured, itself.status) == (1, Status.PASSED)


def test_an_accuracy_budget_shows_how_sure_its_number_is() -> None:
    limits = Budget({"top1_drop": 0.05, "top1_ratio": 0.9, "agreement": 0.9, "kl": 0.1, "size_ratio": 1})
    held = {
        verdict.metric: verdict
        for verdict in judge(report((True,) * 85 + (False,) * 15), Baseline(), limits)
        if verdict.rule == "budget"
    }
    for metric in ("top1_drop", "top1_ratio", "agreement", "kl"):
        interval, measured = held[metric].interval, held[metric].measured
        assert interval is not None
        assert measured is not None
        assert interval[0] <= measured <= interval[1]
    assert held["size_ratio"].interval is None


def test_budget_for_what_was_not_measured_fails() -> None:
    verdict = judge(report(size_bytes=None), Baseline(), Budget({"size_bytes": 10}))[-1]
    assert (verdict.metric, verdict.status) == ("size_bytes", Status.FAILED)
    assert "measured nothing" in verdict.reason


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_wider_budget_never_fails_first(limit: float, wider: float) -> None:
    def status(limit: float) -> Status:
        return judge(report(kl=0.4), Baseline(), Budget({"kl": limit}))[-1].status

    low, high = sorted((limit, wider))
    assert status(high).rank >= status(low).rank


def test_a_size_budget_does_not_weigh_the_recipe_text() -> None:
    (held,) = [
        v
        for v in judge(report(size_bytes=12_000_080), Baseline(), Budget({"size_ratio": 1.0}))
        if v.rule == "budget"
    ]
    assert held.status is Status.PASSED
    (broken,) = [
        v
        for v in judge(report(size_bytes=12_100_000), Baseline(), Budget({"size_ratio": 1.0}))
        if v.rule == "budget"
    ]
    assert broken.status is Status.FAILED


def test_a_ratio_of_what_was_not_counted_satisfies_no_budget() -> None:
    for macs in (None, 0):
        verdict = judge(report(macs=macs), Baseline(), Budget({"macs_ratio": 0.01}))[-1]
        assert (verdict.metric, verdict.status) == ("macs_ratio", Status.FAILED)
        assert "measured nothing" in verdict.reason


@pytest.mark.parametrize("metric", ["sparsity", "size_bytes", "peak_memory_bytes"])
def test_what_is_no_number_is_not_green(metric: str) -> None:
    assert verdicts(report(**{metric: math.nan}))[metric].status is Status.FAILED


SPLIT = replace(STORED, numbers={**STORED.numbers, "tensor_bytes": 2_990_000})


@pytest.mark.parametrize(
    ("total", "tensors", "status", "reason"),
    [
        (3_000_000, 2_990_000, Status.PASSED, "as stored"),
        (3_000_048, 2_990_000, Status.PASSED, "as stored, within the margin"),
        (3_003_000, 2_990_000, Status.PASSED, "as stored, within the margin"),
        (3_003_001, 2_990_000, Status.FAILED, "larger than stored"),
        (
            3_000_001,
            2_990_001,
            Status.FAILED,
            "tensor_bytes larger than stored: 2,990,001 bytes, stored",
        ),
        (2_999_000, 2_990_001, Status.FAILED, "tensor_bytes larger than stored"),
        (2_900_000, 2_890_000, Status.PASSED, "smaller than stored"),
        (3_000_001, None, Status.FAILED, "larger than stored"),
    ],
)
def test_tensors_are_exact_and_names_may_grow_by_a_thousandth(
    total: int, tensors: int | None, status: Status, reason: str
) -> None:
    now = report(size_bytes=total, tensor_bytes=tensors)
    (verdict,) = judge_exact(METRICS["size_bytes"], now, Baseline(SPLIT), Margins())
    assert (verdict.status, verdict.measured) == (status, total)
    assert verdict.reason.startswith(reason)
    # Where the baseline knows the total alone, one byte more is more.
    (unsplit,) = judge_exact(METRICS["size_bytes"], now, Baseline(STORED), Margins())
    assert unsplit.status is (Status.FAILED if total > 3_000_000 else Status.PASSED)


def test_a_verdict_says_which_file_judged() -> None:
    baseline = Baseline(STORED, TIMING, file="m.json", machine_file="m.amd-epyc.json")
    files = {v.metric: v.file for v in judge(BASE, baseline, Budget({"kl": 1}))}
    assert files == {
        **dict.fromkeys(("top1", "size_bytes", "macs", "sparsity"), "m.json"),
        **dict.fromkeys(("latency_ratio", "peak_memory_bytes"), "m.amd-epyc.json"),
        "kl": "",
    }


def test_what_is_new_says_what_stores_it() -> None:
    assert {verdict.remedy for verdict in verdicts(BASE, None, None).values()} == {Remedy.CREATE}
    assert verdicts(report(size_bytes=3_000_001))["size_bytes"].remedy is Remedy.ACCEPT
    assert {verdict.remedy for verdict in verdicts(BASE).values()} == {Remedy.NONE}


def test_of_a_row_that_is_new_all_but_the_time_may_be_known() -> None:
    known = Result(BASE, judge(BASE, Baseline(STORED)))
    assert known.status is Status.NEW
    assert known.metrics(Status.NEW) == ("latency_ratio", "peak_memory_bytes")


def test_macs_that_depend_on_the_clip_may_differ_by_a_token() -> None:
    def status(macs: int, *by_clip: int) -> Status:
        found = verdicts(changed(BASE, macs=macs, macs_by_clip=by_clip), STORED)
        return found["macs"].status

    assert status(1_500_000_001) is Status.FAILED
    assert status(1_514_000_000, 1_400_000_000, 1_628_000_000) is Status.PASSED
    assert status(1_516_000_000, 1_400_000_000, 1_632_000_000) is Status.FAILED
