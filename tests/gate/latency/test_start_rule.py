"""What is said of cold starts, beside recorded runs and under a budget."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.recorded_runs import StoredStart
from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.latency.criterion import stopping
from pytest_vidcompress.gate.latency.start_rule import start_criteria, stored_start
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.measure.start.cold_start import Start
from tests.gate.reports import cold_starts, report

RUNS = tuple(cold_starts(seed=seed) for seed in range(100, 103))


def baseline(runs: tuple[Start, ...] = RUNS) -> Baseline:
    stored = StoredStart()
    for run in runs:
        stored = stored.plus(StoredStart.of(run))
    return Baseline(timing=StoredTiming(start=stored))


def verdicts(start: Start | None, held_to: Baseline, budget: Budget | None = None) -> list[Verdict]:
    found = judge(replace(report(), start=start), held_to, budget)
    return [verdict for verdict in found if verdict.metric == "start_ratio"]


def verdict(start: Start | None, held_to: Baseline | None = None) -> Verdict:
    (only,) = verdicts(start, baseline() if held_to is None else held_to)
    return only


@pytest.mark.parametrize("seed", range(10))
def test_a_start_as_ever_passes_and_one_that_takes_30_percent_longer_is_red(seed: int) -> None:
    assert verdict(cold_starts(seed=seed)).status is Status.PASSED
    slower = verdict(cold_starts(math.log(1.3), seed=seed))
    assert (slower.status, slower.remedy) == (Status.FAILED, Remedy.ACCEPT)
    assert slower.measured == pytest.approx(1.3, rel=0.03)
    assert slower.interval is not None
    assert slower.interval[0] < 1.3 < slower.interval[1] * 1.02


def test_within_its_margin_nothing_is_red() -> None:
    assert verdict(cold_starts(math.log(1.05), noise=0.01)).status is not Status.FAILED
    tight = judge(replace(report(), start=cold_starts(math.log(1.3))), baseline(), margins=Margins(start=0.5))
    assert [each.status for each in tight if each.metric == "start_ratio"] == [Status.PASSED]


def test_a_failure_names_the_part_that_grew() -> None:
    reason = verdict(cold_starts(noise=0.001, first_call_s=0.2)).reason
    assert reason == (
        "slower to start than 3 recorded runs plus 10%: first call takes 80% of the reference's start, 40% stored"
    )
    everything = verdict(cold_starts(math.log(1.5), noise=0.001)).reason
    assert "load takes 60% of the reference's start, 40% stored" in everything


def test_under_a_budget_the_parts_are_those_of_the_reference() -> None:
    (red,) = verdicts(cold_starts(noise=0.001, first_call_s=0.2), Baseline(), Budget({"start_ratio": 1.1}))[
        1:
    ]
    assert (red.status, red.rule, red.limit, red.remedy) == (Status.FAILED, "budget", 1.1, Remedy.NONE)
    assert red.reason == "slower to start than the budget: first call takes 200 ms, the reference's 100 ms"
    (green,) = verdicts(cold_starts(), Baseline(), Budget({"start_ratio": 1.3}))[1:]
    assert green.status is Status.PASSED


def test_what_is_ruled_out_is_a_rise_above_what_is_stored() -> None:
    (budget,) = verdicts(cold_starts(), Baseline(), Budget({"start_ratio": 3.0}))[1:]
    assert (budget.status, budget.ruled_out) == (Status.PASSED, None)
    same, faster = verdict(cold_starts()).ruled_out, verdict(cold_starts(math.log(0.5))).ruled_out
    assert same is not None
    assert 0 < same < 0.1
    assert faster == 0


def test_what_no_run_is_recorded_of_is_new() -> None:
    new = verdict(cold_starts(), Baseline())
    assert (new.status, new.remedy) == (Status.NEW, Remedy.CREATE)
    assert new.reason == "no run was recorded on this machine class"
    two = verdict(cold_starts(), baseline(RUNS[:2]))
    assert two.reason == "2 of 3 runs were recorded on this machine class"
    assert two.stored == pytest.approx(1.0, rel=0.03)


def test_what_was_not_asked_for_is_not_judged() -> None:
    assert verdicts(None, baseline()) == []
    assert stored_start(baseline()).runs
    assert not stored_start(Baseline()).runs


def test_what_has_no_start_is_nothing_new_and_keeps_no_budget() -> None:
    absent = Start(absent="it cannot be sent to another process (a lock)")
    assert verdicts(absent, Baseline()) == []
    assert verdict(absent).status is Status.INCONCLUSIVE, "it was stored"
    (budget,) = verdicts(absent, Baseline(), Budget({"start_ratio": 2.0}))
    assert budget.status is Status.FAILED
    assert budget.reason == "no cold start to measure: it cannot be sent to another process (a lock)"


@pytest.mark.parametrize("held_to", [Baseline(), baseline()])
def test_what_fails_in_starting_is_red(held_to: Baseline) -> None:
    red = verdict(Start(crash="was killed by SIGSEGV"), held_to)
    assert (red.status, red.measured) == (Status.FAILED, None)
    assert red.reason == "it does not start: was killed by SIGSEGV"


def test_a_budget_on_what_was_not_started_is_not_decided() -> None:
    (budget,) = verdicts(None, Baseline(), Budget({"start_ratio": 2.0}))
    assert (budget.status, budget.reason) == (Status.INCONCLUSIVE, "not started in this run")


def test_disturbed_starts_are_too_few() -> None:
    noisy = verdict(cold_starts(math.log(2), pairs=6, disturbed=4))
    assert (noisy.status, noisy.remedy, noisy.visible) == (Status.INCONCLUSIVE, Remedy.STARTS, math.inf)
    assert noisy.reason.startswith("2 undisturbed pairs of starts are too few")


def test_starts_end_as_soon_as_they_decide_and_the_verdict_is_the_same() -> None:
    held_to = baseline()
    decided = stopping(start_criteria(held_to, None, Margins()), 0.001)
    whole = cold_starts(math.log(2), pairs=40)
    ended = next(
        n for n in range(2, 41, 2) if decided(Start(whole.variant[:n], whole.reference[:n], 40).confirmation)
    )
    assert ended < 20
    assert verdict(Start(whole.variant[:ended], whole.reference[:ended], 40), held_to).status is Status.FAILED


@settings(max_examples=40)
@given(st.floats(-0.3, 0.5), st.floats(0, 1), st.integers(0, 99))
def test_a_slower_start_is_never_better(ratio: float, slower: float, seed: int) -> None:
    order = [Status.PASSED, Status.INCONCLUSIVE, Status.FAILED]
    before, after = (verdict(cold_starts(each, noise=0.05, seed=seed)) for each in (ratio, ratio + slower))
    assert order.index(after.status) >= order.index(before.status)
