from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline import Stored, StoredTiming
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Status, Verdict
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import report

BASE = report()
STORED = Stored.of(BASE)
TIMING = StoredTiming.of(BASE)


def verdicts(
    now: Report, stored: Stored | None = STORED, timing: StoredTiming | None = TIMING
) -> dict[str, Verdict]:
    return {verdict.metric: verdict for verdict in judge(now, stored, timing)}


def outcomes(lost: int, gained: int, clips: int = 480, right: int = 400) -> tuple[bool, ...]:
    """Of a baseline whose first `right` clips were right."""
    return tuple(lost <= i < right + gained for i in range(clips))


def test_the_same_again_passes() -> None:
    held = verdicts(BASE)
    assert list(held) == ["top1", "size_bytes", "macs", "sparsity", "latency_ratio", "peak_memory_bytes"]
    assert {verdict.status for verdict in held.values()} == {Status.PASSED}


def test_no_clip_is_never_green() -> None:
    (verdict,) = judge(report(outcomes=()), STORED, TIMING, Budget(kl=1))
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


def test_better_is_said() -> None:
    assert verdicts(report(size_bytes=1))["size_bytes"].reason == "smaller than stored"


def test_metric_missing_from_the_baseline_is_new() -> None:
    held = verdicts(BASE, replace(STORED, macs=None), StoredTiming())
    assert {held[m].status for m in ("macs", "latency_ratio", "peak_memory_bytes")} == {Status.NEW}


def test_reference_has_no_time_to_hold() -> None:
    assert "latency_ratio" not in verdicts(report(reference=None))


def test_lost_clips() -> None:
    stored = Stored.of(report(outcomes(0, 0)))
    verdict = verdicts(report(outcomes(14, 2)), stored)["top1"]
    assert verdict.status is Status.FAILED
    assert verdict.evidence == "480 clips, 14 lost, 2 gained, p=0.0021"
    assert verdict.measured == pytest.approx(388 / 480)
    assert verdict.stored == pytest.approx(400 / 480)
    # Three of 100 are beyond the margin and within chance.
    few = verdicts(report(outcomes(3, 0, 100, 90)), Stored.of(report(outcomes(0, 0, 100, 90))))["top1"]
    assert few.status is Status.INCONCLUSIVE
    assert "100 clips show nothing below 7.0 points" in few.reason


def test_only_common_clips_count() -> None:
    half = report(
        (False,) * 10 + (True,) * 10, [f"clip{i}" for i in range(10)] + [f"other{i}" for i in range(10)]
    )
    verdict = verdicts(half)["top1"]
    assert verdict.status is Status.FAILED
    assert verdict.evidence.startswith("10 clips, 10 lost, 0 gained")
    other = verdicts(report(ids=[f"other{i}" for i in range(100)]))["top1"]
    assert other.status is Status.NEW
    assert "other clips" in other.reason


@given(st.integers(0, 60), st.integers(0, 30))
def test_more_losses_never_turn_fail_into_pass(lost: int, gained: int) -> None:
    stored = Stored.of(report(outcomes(0, 0, 200, 150)))
    fewer = verdicts(report(outcomes(lost, gained, 200, 150)), stored)["top1"].status
    more = verdicts(report(outcomes(lost + 1, gained, 200, 150)), stored)["top1"].status
    assert more.rank <= fewer.rank


def test_budget() -> None:
    limits = Budget(
        top1_drop=0.05, size_ratio=0.2, agreement=0.9, sparsity=0.5, peak_memory_ratio=0.5, kl=0.01
    )
    held = {
        v.metric: v
        for v in judge(report((True,) * 85 + (False,) * 15), None, None, limits)
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


def test_budget_for_what_was_not_measured_fails() -> None:
    verdict = judge(report(size_bytes=None), None, None, Budget(size_bytes=10))[-1]
    assert (verdict.metric, verdict.status) == ("size_bytes", Status.FAILED)
    assert "measured nothing" in verdict.reason


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_wider_budget_never_fails_first(limit: float, wider: float) -> None:
    def status(limit: float) -> Status:
        return judge(report(kl=0.4), None, None, Budget(kl=limit))[-1].status

    low, high = sorted((limit, wider))
    assert status(high).rank >= status(low).rank


def test_a_size_budget_does_not_weigh_the_recipe_text() -> None:
    (held,) = [
        v
        for v in judge(report(size_bytes=12_000_080), None, None, Budget(size_ratio=1.0))
        if v.rule == "budget"
    ]
    assert held.status is Status.PASSED
    (broken,) = [
        v
        for v in judge(report(size_bytes=12_100_000), None, None, Budget(size_ratio=1.0))
        if v.rule == "budget"
    ]
    assert broken.status is Status.FAILED


AGREED = (True,) * 100


def agreement_of(now: tuple[bool, ...], then: tuple[bool, ...] = AGREED, **changes: Any) -> Verdict | None:
    stored = Stored.of(report(agreements=then))
    verdicts = judge(report(agreements=now, **changes), stored, None)
    return next((verdict for verdict in verdicts if verdict.metric == "agreement"), None)


def test_a_variant_that_leaves_its_reference_fails_though_it_is_right_as_often() -> None:
    verdict = agreement_of((False,) * 8 + (True,) * 92)
    assert verdict is not None
    assert (verdict.status, verdict.measured, verdict.stored) == (Status.FAILED, 0.92, 1.0)
    assert "8 lost, 0 gained" in verdict.evidence


def test_agreement_within_its_margin_passes() -> None:
    verdict = agreement_of((False,) + (True,) * 99)
    assert verdict is not None
    assert verdict.status is Status.PASSED


def test_agreement_is_held_only_where_it_was_stored_and_says_something_of_its_own() -> None:
    assert agreement_of(AGREED, then=()) is None
    assert agreement_of(AGREED, accuracy_kind="agreement") is None
    assert agreement_of(AGREED, reference=None) is None
