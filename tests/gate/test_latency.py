from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline import StoredTiming
from pytest_vidcompress.gate.budget import Margins
from pytest_vidcompress.gate.latency import budget_latency, hold_latency
from pytest_vidcompress.gate.verdict import Status
from tests.gate.reports import report

MARGINS = Margins()
TIMING = StoredTiming(runs=(0.9, 1.0))


def pairs(ratio: float, n: int = 20, noise: float = 0.01) -> list[float]:
    return [math.log(ratio) + noise * (i - (n - 1) / 2) / n for i in range(n)]


@pytest.mark.parametrize(
    ("ratios", "status", "reason"),
    [
        (pairs(1.09), Status.PASSED, "within the slowest of 2 recorded runs plus 10%"),
        (pairs(0.8), Status.PASSED, "faster than stored"),
        (pairs(1.2), Status.FAILED, "surely so"),
        (pairs(1.2, noise=1.0), Status.INCONCLUSIVE, "may be noise"),
        (pairs(1.2, n=9), Status.INCONCLUSIVE, "time at least 10"),
        ([], Status.INCONCLUSIVE, "not timed"),
    ],
)
def test_against_recorded_runs(ratios: list[float], status: Status, reason: str) -> None:
    verdict = hold_latency(report(log_ratios=ratios), TIMING, MARGINS)
    assert verdict.status is status
    assert reason in verdict.reason
    assert verdict.stored == pytest.approx(0.95)
    assert verdict.limit == pytest.approx(1.1)


def test_unknown_machine_is_new() -> None:
    assert hold_latency(report(), None, MARGINS).status is Status.NEW
    assert hold_latency(report(), StoredTiming(), MARGINS).status is Status.NEW
    assert hold_latency(report(log_ratios=()), None, MARGINS).status is Status.INCONCLUSIVE


def test_budget_needs_certainty_too() -> None:
    def status(ratios: list[float]) -> Status:
        return budget_latency(report(log_ratios=ratios), 1.0, MARGINS).status

    assert status(pairs(0.9)) is Status.PASSED
    assert status(pairs(1.05)) is Status.FAILED
    assert status(pairs(1.05, noise=1.0)) is Status.INCONCLUSIVE


@given(st.lists(st.floats(-1, 1), min_size=10, max_size=40), st.floats(0, 1))
def test_slower_pairs_never_turn_fail_into_pass(ratios: list[float], slower: float) -> None:
    before = hold_latency(report(log_ratios=ratios), TIMING, MARGINS)
    after = hold_latency(report(log_ratios=[x + slower for x in ratios]), TIMING, MARGINS)
    assert after.status.rank <= before.status.rank
