from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.latency.criterion import (
    Criterion,
    baseline_criterion,
    budget_criterion,
    stopping,
    suspects,
)
from pytest_vidcompress.gate.latency.rule import judge_latency, no_criterion
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict, accepted
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.latency.blocks import Confirmation
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import changed, confirmation, report

ALPHA = 0.001
MARGINS = Margins()
TIMING = StoredTiming(runs=(0.99, 1.0, 1.01), spreads=(0.01,) * 3, controls=(0.01,) * 3)


def pairs(ratio: float, n: int = 20, noise: float = 0.004) -> list[float]:
    return [math.log(ratio) + noise * (-1) ** i for i in range(n)]


def stored_criterion(timing: StoredTiming = TIMING) -> Criterion:
    criterion = baseline_criterion(Baseline(timing=timing), MARGINS)
    assert criterion is not None
    return criterion


STORED = stored_criterion()


def confirmed(seen: Confirmation, criterion: Criterion = STORED, screen: float = 1.2) -> Verdict:
    """Of a report that the screen did not clear."""
    now = report(log_ratios=pairs(screen))
    return judge_latency(
        changed(now, against=seen) if criterion.builds else changed(now, confirmed=seen), criterion, ALPHA
    )


def test_clearly_fine_in_the_screen() -> None:
    now = report(log_ratios=pairs(1.0), latency_ratio=Estimate(1.0, 0.99, 1.01))
    verdict = judge_latency(now, STORED, ALPHA)
    assert (verdict.status, verdict.reason) == (
        Status.PASSED,
        "clearly within 3 recorded runs plus 5%",
    )
    assert verdict.evidence == "20 pairs in the test's process"
    assert (verdict.stored, verdict.limit) == pytest.approx((1.0, 1.05), rel=1e-3)
    assert verdict.visible is not None
    assert 0.05 < verdict.visible < 0.1


def test_faster_is_said() -> None:
    now = report(log_ratios=pairs(0.8), latency_ratio=Estimate(0.8, 0.79, 0.81))
    verdict = judge_latency(now, STORED, ALPHA)
    assert (verdict.status, verdict.reason) == (Status.PASSED, "faster than stored")


def test_a_suspect_that_nobody_confirmed_is_inconclusive() -> None:
    suspect = report(log_ratios=pairs(1.5))
    verdict = judge_latency(suspect, STORED, ALPHA)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.reason == ("not clearly within 3 recorded runs plus 5%; not confirmed in fresh processes")
    because = changed(suspect, unconfirmed="the model holds a lock")
    assert judge_latency(because, STORED, ALPHA).reason.endswith("; the model holds a lock")


def test_confirmed_worse_fails_and_shows_its_evidence() -> None:
    verdict = confirmed(confirmation(math.log(1.3)))
    assert verdict.status is Status.FAILED
    assert verdict.reason == "slower than 3 recorded runs plus 5%, and surely slower"
    assert verdict.measured is not None
    assert verdict.measured == pytest.approx(1.3, rel=0.02)
    assert verdict.interval is not None
    assert verdict.interval[0] < verdict.measured < verdict.interval[1]
    assert "blocks" in verdict.evidence
    assert "fresh processes" in verdict.evidence
    assert "where all looks are allowed 0.001" in verdict.evidence
    assert verdict.visible is not None
    assert 0.05 < verdict.visible < 0.3


def test_confirmed_fine_passes_whatever_the_screen_said() -> None:
    verdict = confirmed(confirmation(0.0), screen=3.0)
    assert (verdict.status, verdict.reason) == (Status.PASSED, "within 3 recorded runs plus 5%")
    assert verdict.measured == pytest.approx(1.0, rel=0.02)


def test_slower_within_the_noise_is_inconclusive() -> None:
    always_so = stored_criterion(replace(TIMING, controls=(0.1,) * 3))
    verdict = confirmed(confirmation(math.log(1.12), noise=0.1, turns=6, seed=1), always_so)
    assert verdict.status is Status.INCONCLUSIVE
    assert "this may be noise" in verdict.reason


def test_slower_on_a_disturbed_machine_is_inconclusive() -> None:
    biased = confirmed(confirmation(math.log(1.2), noise=0.02, bias=0.1))
    assert biased.status is Status.INCONCLUSIVE
    assert "but the machine is disturbed: the reference differs from itself by" in biased.reason
    restless = confirmed(confirmation(math.log(1.18), noise=0.06, turns=80))
    assert restless.status is Status.INCONCLUSIVE
    assert "times as much as when it was recorded" in restless.reason
    # Who recorded such times is held to them, and nobody's machine is so restless that it halves a speed.
    used_to_it = stored_criterion(replace(TIMING, controls=(0.06,) * 3))
    assert confirmed(confirmation(math.log(1.18), noise=0.06, turns=80), used_to_it).status is Status.FAILED
    assert confirmed(confirmation(math.log(1.5), noise=0.06)).status is Status.FAILED


def test_a_slower_variant_does_not_hide_behind_a_process_that_suits_it() -> None:
    suits = replace(TIMING, screens=(0.899, 0.9, 0.901))
    slower = report(latency_ratio=Estimate(0.96, 0.95, 0.97), log_ratios=(math.log(0.96),) * 40)
    assert suspects(slower.timing.log_ratios, [stored_criterion(suits)])
    assert not suspects(slower.timing.log_ratios, [stored_criterion()])
    as_ever = changed(slower, latency_ratio=Estimate(0.9, 0.89, 0.91), log_ratios=(math.log(0.9),) * 40)
    verdict = judge_latency(as_ever, stored_criterion(suits), ALPHA)
    assert (verdict.status, verdict.reason) == (Status.PASSED, "clearly within 3 recorded runs plus 5%")
    assert verdict.limit == pytest.approx(0.9 * 1.05, rel=1e-3)


def test_a_machine_that_calms_down_is_looked_at_again() -> None:
    criterion = stored_criterion()
    at_first = confirmation(math.log(1.12), noise=0.03, turns=12, bias=0.1, spent=0.15)
    assert confirmed(at_first, criterion).status is Status.INCONCLUSIVE
    later = confirmation(math.log(1.12), noise=0.005, turns=400, seed=1)
    calm = Confirmation((*at_first.turns, *later.turns), (*at_first.spent, *later.spent), 1)
    assert confirmed(calm, criterion).status is Status.FAILED


def test_a_disturbed_machine_does_not_hinder_a_pass() -> None:
    assert confirmed(confirmation(-0.2, noise=0.02, bias=0.1)).status is Status.PASSED


def test_disturbed_processes_are_set_aside_and_said() -> None:
    verdict = confirmed(confirmation(math.log(1.3), turns=20, disturbed=2, spent=1.0))
    assert verdict.status is Status.FAILED
    assert "(2 more disturbed)" in verdict.evidence


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_too_few_blocks_say_nothing(turns: int) -> None:
    verdict = confirmed(confirmation(math.log(2), turns=turns) if turns else Confirmation())
    assert verdict.status is Status.INCONCLUSIVE
    assert f"{turns} of {turns} fresh processes were undisturbed" in verdict.reason
    assert (verdict.measured, verdict.interval, verdict.visible) == (None, None, math.inf)


@pytest.mark.parametrize(
    ("runs", "reason"), [((), "no run was recorded"), ((1.0,), "1 of 3 runs"), ((1.0, 1.1), "2 of 3 runs")]
)
def test_fewer_than_three_runs_are_nothing_to_hold_to(runs: tuple[float, ...], reason: str) -> None:
    timing = StoredTiming(runs=runs)
    assert baseline_criterion(Baseline(timing=timing), MARGINS) is None
    verdict = no_criterion(report(), Baseline(timing=timing))
    assert verdict.status is Status.NEW
    assert verdict.reason.startswith(reason)
    assert verdict.remedy is Remedy.CREATE
    assert verdict.stored == timing.latency_ratio


def test_an_unknown_machine_is_new() -> None:
    assert baseline_criterion(Baseline(), MARGINS) is None
    assert no_criterion(report(), Baseline()).status is Status.NEW
    assert no_criterion(report(log_ratios=()), Baseline()).status is Status.INCONCLUSIVE


@pytest.mark.parametrize("criterion", [STORED, budget_criterion(Budget({"latency_ratio": 1.0}))])
def test_what_was_not_timed_is_inconclusive(criterion: Criterion) -> None:
    verdict = judge_latency(report(log_ratios=()), criterion, ALPHA)
    assert (verdict.status, verdict.reason) == (Status.INCONCLUSIVE, "not timed in this run")
    assert (verdict.measured, verdict.rule) == (None, criterion.rule)


def test_the_test_s_margin_is_the_limit() -> None:
    wide = baseline_criterion(Baseline(timing=TIMING), Margins(latency=0.5))
    assert wide is not None
    assert "plus 50%" in wide.whose
    assert confirmed(confirmation(math.log(1.3)), wide).status is Status.PASSED


def test_a_budget_is_exact() -> None:
    assert budget_criterion(Budget({"kl": 1})) is None
    criterion = budget_criterion(Budget({"latency_ratio": 0.8}))
    assert criterion is not None
    in_screen = judge_latency(report(log_ratios=pairs(0.7)), criterion, ALPHA)
    assert (in_screen.status, in_screen.rule, in_screen.stored) == (Status.PASSED, "budget", None)
    assert in_screen.limit == pytest.approx(0.8)
    # No margin beyond it: five percent over is over, were it surely so.
    assert confirmed(confirmation(math.log(0.84)), criterion).status is Status.FAILED
    assert confirmed(confirmation(math.log(0.76)), criterion).status is Status.PASSED
    assert (
        confirmed(confirmation(math.log(0.84), noise=0.05, turns=6), criterion).status is Status.INCONCLUSIVE
    )


def test_another_build_stands_in_where_too_few_runs_are_stored() -> None:
    criterion = baseline_criterion(Baseline(), MARGINS, "main")
    assert criterion is not None
    assert (criterion.builds, criterion.stored, criterion.whose) == (True, 1.0, "the build of main plus 5%")
    stored = baseline_criterion(Baseline(timing=TIMING), MARGINS, "main")
    assert stored is not None
    assert not stored.builds
    slower = confirmed(confirmation(math.log(1.3)), criterion)
    assert (slower.status, slower.stored) == (Status.FAILED, 1.0)
    assert "the build of main" in slower.reason
    assert confirmed(confirmation(0.0), criterion).status is Status.PASSED


def test_builds_and_reference_are_not_mistaken_for_each_other() -> None:
    build = baseline_criterion(Baseline(), MARGINS, "main")
    assert build is not None
    beside_reference = report(log_ratios=pairs(1.0), confirmed=confirmation(math.log(2)))
    both = changed(beside_reference, against=confirmation(0.0))
    assert judge_latency(beside_reference, build, ALPHA).status is Status.INCONCLUSIVE
    assert judge_latency(both, build, ALPHA).status is Status.PASSED
    assert judge_latency(both, STORED, ALPHA).status is Status.FAILED


def test_holds_that_the_screen_leaves_open() -> None:
    build, budget = (
        baseline_criterion(Baseline(), MARGINS, "main"),
        budget_criterion(Budget({"latency_ratio": 0.9})),
    )
    assert build is not None
    assert budget is not None
    criteria = (STORED, budget, build)
    assert suspects(pairs(1.0), criteria) == (budget, build)
    assert suspects(pairs(0.7), criteria) == (build,)
    assert suspects(pairs(1.5), criteria) == criteria


def test_a_confirmation_ends_when_all_holds_are_decided() -> None:
    seen = confirmation(math.log(1.2), noise=0.002, turns=20, spent=0.5)
    near = budget_criterion(Budget({"latency_ratio": 1.2}))
    assert near is not None
    assert stopping([STORED], ALPHA)(seen)
    assert not stopping([STORED, near], ALPHA)(seen)
    assert not stopping([STORED], ALPHA)(seen.until(3))


@settings(max_examples=40)
@given(
    st.floats(-0.2, 0.3),
    st.floats(0.0, 1.0),
    st.integers(4, 24),
    st.integers(0, 99),
    st.sampled_from([0.005, 0.03, 0.1]),
)
def test_slower_blocks_never_turn_fail_into_pass(
    ratio: float, slower: float, turns: int, seed: int, noise: float
) -> None:
    before = confirmed(confirmation(ratio, noise, turns, seed=seed))
    after = confirmed(confirmation(ratio + slower, noise, turns, seed=seed))
    assert after.status.rank <= before.status.rank


@settings(max_examples=40)
@given(st.lists(st.floats(-1, 1), min_size=8, max_size=40), st.floats(0, 1))
def test_slower_pairs_never_turn_a_suspect_into_a_pass(ratios: list[float], slower: float) -> None:
    before = judge_latency(report(log_ratios=ratios), STORED, ALPHA)
    after = judge_latency(report(log_ratios=[x + slower for x in ratios]), STORED, ALPHA)
    assert after.status.rank <= before.status.rank
    assert Status.FAILED not in (before.status, after.status)


def alone(ratio: float, **changes: Any) -> Report:
    """Of a variant that cannot be sent to a fresh process, with a control that shows nothing."""
    controls = tuple(0.004 * (-1) ** i for i in range(10))
    return report(log_ratios=pairs(ratio), controls=controls, unconfirmed="it holds a lock", **changes)


SCREENED = stored_criterion(replace(TIMING, screens=(0.99, 1.0, 1.01)))


def test_what_cannot_be_confirmed_is_red_when_it_is_surely_slower() -> None:
    verdict = judge_latency(alone(1.3), SCREENED, ALPHA)
    assert verdict.status is Status.FAILED
    assert verdict.reason == (
        "slower than 3 recorded runs plus 5%, and surely slower in the test's own process; it holds a lock"
    )
    assert "p=" in verdict.evidence
    assert "where one process is allowed 0.0002" in verdict.evidence
    assert verdict.remedy is Remedy.ACCEPT
    assert (verdict.stored, verdict.limit) == pytest.approx((1.0, 1.05), rel=1e-3)


def test_what_cannot_be_confirmed_is_inconclusive_only_near_the_limit() -> None:
    near = judge_latency(alone(1.06), SCREENED, ALPHA)
    assert near.status is Status.INCONCLUSIVE
    assert near.reason == "not clearly within 3 recorded runs plus 5%; it holds a lock"
    assert near.visible is not None
    assert 0.05 < near.visible < 0.3
    assert judge_latency(alone(1.0), SCREENED, ALPHA).status is Status.PASSED
    disturbed = changed(alone(1.3), quiet_share=0.5)
    verdict = judge_latency(disturbed, SCREENED, ALPHA)
    assert verdict.status is Status.INCONCLUSIVE
    assert (
        "but the machine is disturbed: 50% of the pairs were undisturbed; it holds a lock" in verdict.reason
    )


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_without_time_for_fresh_processes_the_test_s_own_decides(turns: int) -> None:
    """As with --vc-confirm=0."""
    seen = confirmation(math.log(1.3), turns=turns) if turns else Confirmation()
    assert judge_latency(alone(1.3, confirmed=seen), SCREENED, ALPHA).status is Status.FAILED
    open_ = judge_latency(alone(1.06, confirmed=seen), SCREENED, ALPHA)
    assert open_.status is Status.INCONCLUSIVE
    assert f"{turns} of {turns} fresh processes" in open_.reason
    assert open_.remedy is Remedy.LONGER


def test_a_budget_is_held_without_fresh_processes_too() -> None:
    budget = budget_criterion(Budget({"latency_ratio": 1.0}))
    assert budget is not None
    assert judge_latency(alone(1.5), budget, ALPHA).status is Status.FAILED
    assert judge_latency(alone(1.05), budget, ALPHA).status is Status.INCONCLUSIVE
    assert judge_latency(alone(0.8), budget, ALPHA).status is Status.PASSED


def test_another_build_is_in_no_pair_of_the_test_s_own() -> None:
    build = baseline_criterion(Baseline(), MARGINS, "main")
    assert build is not None
    verdict = judge_latency(alone(3.0), build, ALPHA)
    assert (verdict.status, verdict.measured, verdict.reason) == (
        Status.INCONCLUSIVE,
        None,
        "it holds a lock",
    )


@pytest.mark.parametrize("ratio", [0.5, 1.5])
def test_what_does_not_run_in_a_process_of_its_own_is_red_however_fast(ratio: float) -> None:
    now = report(log_ratios=pairs(ratio), crash="was killed by SIGSEGV")
    for criterion in (STORED, budget_criterion(Budget({"latency_ratio": 9.0}))):
        assert criterion is not None
        verdict = judge_latency(now, criterion, ALPHA)
        assert verdict.status is Status.FAILED
        assert verdict.reason == "it does not run in a process of its own: was killed by SIGSEGV"
        # What was not measured cannot be accepted.
        assert accepted(verdict).status is Status.FAILED
    new = no_criterion(now, Baseline())
    assert (new.status, new.reason) == (Status.FAILED, verdict.reason)


def test_the_few_processes_that_were_enough_say_what_they_rule_out() -> None:
    whole = confirmation(0.0, noise=0.01, turns=80)
    early = Confirmation(whole.turns[:8], whole.spent[:8], 1)
    verdict = confirmed(early)
    assert verdict.status is Status.PASSED
    assert verdict.ruled_out is not None
    assert 0 < verdict.ruled_out < 0.05
    # A regression would have been timed to the end.
    to_the_end = confirmed(replace(whole, spent=(0.01,) * 79 + (1.0,)))
    assert verdict.visible == pytest.approx(to_the_end.visible, rel=0.2)
    assert confirmed(confirmation(math.log(1.3))).ruled_out is None
    # What is stored is no budget, and what got faster than stored rules out every rise.
    assert confirmed(confirmation(math.log(0.5), noise=0.01)).ruled_out == 0
    limit = budget_criterion(Budget({"latency_ratio": 9.0}))
    assert limit is not None
    far_below = judge_latency(report(log_ratios=pairs(1.0), confirmed=confirmation(0.0)), limit, ALPHA)
    assert (far_below.status, far_below.ruled_out) == (Status.PASSED, None)
