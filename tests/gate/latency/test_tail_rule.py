from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.latency.sequential_test import Decision
from pytest_vidcompress.gate.latency.tail_rule import stopping, tail_criteria
from pytest_vidcompress.gate.latency.tail_test import LOOKS, TailLooks
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.measure.latency.pair_times import STEP, PairTimes
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import pair_times, report

ALPHA = 0.001


def measured(times: PairTimes, more: PairTimes | None = None) -> Report:
    """A report of these pairs."""
    return report(
        log_ratios=times.log_ratios,
        ratio=times.ratio,
        controls=times.controls,
        quiet_share=times.quiet_share,
        calls=times,
        more_calls=more,
    )


def recorded(runs: Sequence[PairTimes]) -> Baseline:
    timing = StoredTiming()
    for each in runs:
        run = StoredTiming.of(measured(each))
        timing = timing.plus(run).plus_tail(run)
    return Baseline(timing=timing)


UNCHANGED = recorded([pair_times(60, ratio=0.6, seed=100 + run) for run in range(5)])


def verdict(
    times: PairTimes, baseline: Baseline = UNCHANGED, metric: str = "latency_p90_ratio", **budget: float
) -> Verdict:
    """After as many further pairs as a run would have timed."""
    made = measured(times.until(60))
    held = tail_criteria(baseline, Budget(budget), Margins(), ALPHA)
    timing = made.timing
    assert timing is not None
    enough, taken = stopping(held, timing, ALPHA), 60
    while enough and taken < len(times.variant_s) and not enough(times.until(taken)):
        taken += STEP
    made = measured(times.until(60), times.until(taken) if taken > 60 else None)
    rule = "budget" if budget else "baseline"
    (found,) = [
        each
        for each in judge(made, baseline, Budget(budget), Margins(), alpha=ALPHA)
        if each.metric == metric and each.rule == rule
    ]
    return found


@pytest.mark.parametrize("seed", range(20))
def test_an_unchanged_variant_passes(seed: int) -> None:
    assert verdict(pair_times(960, ratio=0.6, seed=seed)).status is Status.PASSED


@pytest.mark.parametrize("times", [1.4, 2.0, 5.0])
def test_one_slow_call_in_eight_is_red_on_p90_and_not_on_the_median(times: float) -> None:
    slow = pair_times(1920, ratio=0.6, every=8, times=times)
    found = verdict(slow)
    assert found.status is Status.FAILED
    assert found.remedy is Remedy.ACCEPT
    assert found.measured == pytest.approx(0.6 * times, rel=0.1)
    assert found.stored == pytest.approx(0.6, rel=0.05)
    assert found.limit == pytest.approx(0.66, rel=0.05)
    assert "calls late, 0 of the reference" in found.evidence
    assert verdict(slow, metric="latency_ratio").status is Status.PASSED


def test_slow_calls_are_timed_on_until_they_are_sure_and_no_longer() -> None:
    slow = measured(pair_times(60, ratio=0.6, every=8, times=2.0)).timing
    fine = measured(pair_times(60, ratio=0.6)).timing
    assert slow is not None
    assert fine is not None
    held = tail_criteria(UNCHANGED, None, Margins(), ALPHA)
    assert stopping(held, fine, ALPHA) is None, "an unchanged variant costs no further call"
    enough = stopping(held, slow, ALPHA)
    assert enough is not None
    assert not enough(pair_times(72, ratio=0.6, every=8, times=2.0))
    assert enough(pair_times(480, ratio=0.6, every=8, times=2.0))


def test_a_slower_call_than_one_in_eight_that_is_rare_passes() -> None:
    assert verdict(pair_times(1920, ratio=0.6, every=24, times=4.0)).status is Status.PASSED


def test_what_a_neighbour_does_to_both_arms_is_not_red() -> None:
    bursts = [start + call for start in range(0, 1920, 40) for call in range(8)]
    assert verdict(pair_times(1920, ratio=0.6, late=bursts)).status is Status.PASSED


def test_a_variant_that_is_slower_as_a_whole_is_red_on_the_median_alone() -> None:
    slower = pair_times(1920, ratio=0.9)
    found = verdict(slower)
    assert found.status is Status.PASSED
    assert found.limit is not None
    assert found.measured is not None
    assert found.measured < found.limit
    assert "no more slower than its usual calls" in found.reason
    assert verdict(slower, metric="latency_ratio").status is Status.FAILED


def test_slow_calls_that_were_recorded_stay_allowed_and_slower_ones_do_not() -> None:
    """Whose clips are slow: an eighth takes 1.5 times as long, from the start."""
    baseline = recorded([pair_times(60, every=8, times=1.5, seed=run) for run in range(3)])
    assert verdict(pair_times(960, every=8, times=1.5, seed=9), baseline).status is Status.PASSED
    assert verdict(pair_times(1920, every=8, times=2.5, seed=9), baseline).status is Status.FAILED


def of_process(ratio: float, every: int, seed: int, pairs: int = 60) -> PairTimes:
    """A call of half a millisecond: each process has its own usual one, and its own share of slow ones."""
    return pair_times(pairs, ratio=ratio, noise=0.03, every=every, times=1.45, seed=seed)


def test_a_process_of_more_slow_calls_is_not_red_where_recorded_ones_differ_as_much() -> None:
    """As seen: p90s of three runs 7 % apart, and a fourth 37 % above them with a third of its calls slow."""
    for seed in range(10):
        runs = [of_process(ratio, 24, 10 * seed + run) for run, ratio in enumerate((0.139, 0.148, 0.158))]
        assert verdict(of_process(0.148, 3, seed, 1920), recorded(runs)).status is not Status.FAILED


def test_slow_calls_far_beyond_what_processes_differ_are_red() -> None:
    baseline = recorded([of_process(0.139 + 0.004 * run, 24, run) for run in range(6)])
    slow = pair_times(1920, ratio=0.148, noise=0.03, every=3, times=2.5)
    assert verdict(slow, baseline).status is Status.FAILED


def test_slow_calls_about_as_many_as_decide_p90_are_not_red_by_chance() -> None:
    """One in twelve: p90 of few calls may lie among them, or not."""
    for seed in range(20):
        baseline = recorded([pair_times(60, every=12, times=2.0, seed=100 * seed + run) for run in range(3)])
        assert verdict(pair_times(960, every=12, times=2.0, seed=seed), baseline).status is not Status.FAILED


def test_a_budget_holds_the_ratio_of_the_p90s_itself() -> None:
    fast, slow = pair_times(960, ratio=0.6), pair_times(960, ratio=0.9)
    assert verdict(fast, Baseline(), latency_p90_ratio=0.8).status is Status.PASSED
    assert verdict(slow, Baseline(), latency_p90_ratio=0.7).status is Status.FAILED
    near = verdict(pair_times(960, ratio=0.72), Baseline(), latency_p90_ratio=0.7)
    assert near.status is Status.INCONCLUSIVE
    assert near.remedy is Remedy.LONGER


def test_a_budget_of_p95_holds_what_p90_does_not_see() -> None:
    """One call in fourteen takes twice as long: p90 is as ever, p95 is not."""
    uneven = pair_times(1920, ratio=0.6, every=14, times=2.0)
    assert verdict(uneven, Baseline(), "latency_p90_ratio", latency_p90_ratio=0.8).status is Status.PASSED
    broken = verdict(uneven, Baseline(), "latency_p95_ratio", latency_p95_ratio=0.8)
    assert (broken.status, broken.rule) == (Status.FAILED, "budget")
    assert broken.measured == pytest.approx(1.2, rel=0.05)
    assert broken.interval is not None
    even = verdict(pair_times(960, ratio=0.6), Baseline(), "latency_p95_ratio", latency_p95_ratio=0.8)
    assert even.status is Status.PASSED


def test_a_steady_variant_within_its_budget_of_p95_is_never_red() -> None:
    for seed in range(30):
        near = pair_times(480, ratio=0.79, noise=0.05, seed=seed)
        found = verdict(near, Baseline(), "latency_p95_ratio", latency_p95_ratio=0.8)
        assert found.status is not Status.FAILED


def test_p95_is_held_by_a_budget_alone() -> None:
    found = judge(measured(pair_times(60, ratio=0.6)), UNCHANGED)
    assert "latency_p95_ratio" not in {each.metric for each in found}


def test_a_budget_is_broken_whatever_the_reference_does_now_and_then() -> None:
    """The reference has slow calls of its own; the variant as a whole is far beyond the limit."""
    times = pair_times(960, ratio=0.9, noise=0.05)
    uneven = [seconds * (1.25 if pair % 6 == 0 else 1.0) for pair, seconds in enumerate(times.reference_s)]
    slow = replace(times, reference_s=tuple(uneven))
    assert verdict(slow, Baseline(), latency_p90_ratio=0.3).status is Status.FAILED
    assert verdict(slow, Baseline(), latency_p90_ratio=1.2).status is Status.PASSED


def test_nothing_is_held_to_fewer_than_three_runs_or_to_runs_of_before() -> None:
    times = pair_times(60, ratio=0.6, every=8, times=3.0)
    before = replace(UNCHANGED, timing=StoredTiming(runs=(0.6,) * 5, screens=(0.6,) * 5))
    few = recorded([pair_times(60, ratio=0.6, seed=run) for run in range(2)])
    for baseline in (before, few, Baseline()):
        assert all(each.metric != "latency_p90_ratio" for each in judge(measured(times), baseline))


def test_what_was_not_timed_is_inconclusive() -> None:
    (found,) = [
        each
        for each in judge(report(log_ratios=(), latency=None), UNCHANGED)
        if each.metric == "latency_p90_ratio"
    ]
    assert (found.status, found.reason) == (Status.INCONCLUSIVE, "not timed in this run")


def test_the_looks_share_the_error_rate_and_end() -> None:
    (held,) = tail_criteria(UNCHANGED, None, Margins(), ALPHA)
    looks, pairs, looked = TailLooks(held.level, ALPHA), 24, list[int]()
    undecided = pair_times(24 * 2**8, ratio=0.65, noise=0.001)
    level = replace(held.level, limit=-1.0, late=1.0)
    looks = TailLooks(level, ALPHA)
    while not looks.over:
        before = looks.analysis
        assert looks.look(undecided.until(pairs)) is Decision.OPEN
        if looks.analysis is not before:
            looked.append(pairs)
        pairs += STEP
    assert looked == [24 * 2**look for look in range(LOOKS)]


def test_too_few_undisturbed_calls_are_inconclusive() -> None:
    found = verdict(pair_times(24, ratio=0.6, late=range(4, 24)))
    assert found.status is Status.INCONCLUSIVE
    assert (found.reason, found.remedy) == ("fewer than 6 calls were undisturbed", Remedy.LONGER)
