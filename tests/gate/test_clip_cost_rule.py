from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from benchmarks.gate.clip_cost_rates import USUAL, drawn, rates
from pytest_vidcompress.gate.baseline.clip_costs import ClipCosts, ClipPairs
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.clip_cost_rule import decide
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.statistics import rise_chance
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.wording import could_have_seen
from tests.gate.reports import changed, report
from tests.measure.by_clip.costs import uneven

CLIPS = 100


BEFORE = drawn(Random(0), CLIPS)


def said(now: Report, before: Report | None = None, margins: Margins | None = None) -> list[Verdict]:
    """The verdicts on MACs; none or one."""
    baseline = Baseline(Stored.of(before or uneven(BEFORE)))
    return [each for each in judge(now, baseline, margins=margins) if each.metric == "macs"]


def verdict(now: Report, before: Report | None = None, margins: Margins | None = None) -> Verdict:
    (found,) = said(now, before, margins)
    return found


def held(macs: Sequence[int], weights: str = "abc", **changes: Any) -> Verdict:
    return verdict(uneven(macs, weights), **changes)


def times(macs: Sequence[int], factor: float) -> list[int]:
    return [round(factor * each) for each in macs]


def test_the_same_again_passes_clip_by_clip() -> None:
    found = held(BEFORE)
    assert (found.status, found.reason) == (Status.PASSED, "as stored, clip by clip")
    assert found.evidence == "100 clips, 0 dearer, 0 cheaper"
    assert found.measured == found.stored == round(sum(BEFORE) / CLIPS)
    assert found.limit == math.floor(1.01 * sum(BEFORE) / CLIPS)
    assert found.interval is not None
    assert found.measured is not None
    assert found.interval[0] < found.measured < found.interval[1]
    assert could_have_seen(found) == "+1.0 %"


def test_a_token_more_passes_and_one_clip_that_costs_much_more_by_the_same_weights_fails() -> None:
    assert held(times(BEFORE, 1.009)).reason == "within 1 % of stored"
    one = [*BEFORE[:-1], BEFORE[-1] + 3 * USUAL]
    found = held(one)
    assert (found.status, found.remedy) == (Status.FAILED, Remedy.ACCEPT)
    assert found.reason.endswith("% more than stored, by the same weights on the same clips")
    assert found.evidence == "100 clips, 1 dearer, 0 cheaper"
    # By other weights it may be chance, and the verdict says what would not have been.
    other = held(one, weights="def")
    assert other.status is Status.INCONCLUSIVE
    assert "which may be chance: 100 clips show nothing below " in other.reason
    assert other.visible is not None
    assert other.visible > 0.03


def test_fewer_are_better_and_the_margin_is_a_test_s_own() -> None:
    assert held(times(BEFORE, 0.9)).reason == "fewer than stored"
    assert held(times(BEFORE, 1.03), margins=Margins(macs=0.05)).status is Status.PASSED


@pytest.mark.parametrize("same_weights", [True, False])
def test_what_is_unchanged_is_never_red(same_weights: bool) -> None:
    assert rates(0.0, 0.0, same_weights, runs=200) == {Status.PASSED: 200}


def test_five_percent_more_of_a_hundred_clips_is_red() -> None:
    assert rates(0.05, 0.0, same_weights=True, runs=200) == {Status.FAILED: 200}
    # By other weights, which cost a tenth more of some clips and a tenth less of others.
    assert rates(0.05, 0.1, same_weights=False, runs=200)[Status.FAILED] >= 195


def test_other_weights_that_cost_as_much_in_the_mean_are_red_as_rarely_as_promised() -> None:
    # One run in a hundred were there no margin, which makes them fewer.
    assert rates(0.0, 0.1, same_weights=False, runs=800)[Status.FAILED] <= 14


def test_what_a_verdict_says_it_would_have_seen_it_sees_in_most_runs() -> None:
    random, runs, seen = Random(2), 200, 0
    visible = held(BEFORE, "def").visible
    assert visible is not None
    step = max(BEFORE) - min(BEFORE)
    # A rise of the mean that is of a few clips, each of which costs more by as much as clips lie apart.
    share = visible * sum(BEFORE) / CLIPS / step
    for _ in range(runs):
        now = [each + step * (random.random() < share) for each in BEFORE]
        pairs = ClipPairs(BEFORE, now, False, True)
        seen += decide(pairs, rise_chance(pairs.rises), Margins()) is Status.FAILED
    # Nine in ten by the normal distribution; of a few clips it is not quite that.
    assert seen >= 0.8 * runs


def test_only_clips_that_both_counted_are_compared() -> None:
    short = held(BEFORE[:60])
    assert short.status is Status.PASSED
    assert short.reason == "as stored, clip by clip; on the 60 clips that baseline and run both counted"
    assert short.measured == short.stored == round(sum(BEFORE[:60]) / 60)
    assert short.interval is None


def test_of_other_clips_nothing_is_said() -> None:
    other = replace(uneven(BEFORE), identity=replace(uneven(BEFORE).identity, clip_ids=("x",) * CLIPS))
    assert said(other) == []


def test_clips_of_which_none_was_counted_are_new() -> None:
    before = uneven(BEFORE)
    elsewhere = replace(Stored.of(before), clip_costs=ClipCosts({"clip999": 5}, "abc"))
    (found,) = [each for each in judge(before, Baseline(elsewhere)) if each.metric == "macs"]
    assert (found.status, found.remedy) == (Status.NEW, Remedy.ACCEPT)


def test_a_cost_that_became_fixed_is_held_to_what_each_clip_cost() -> None:
    mean = round(sum(BEFORE) / CLIPS)
    fixed = changed(report((True,) * CLIPS), macs=mean)
    # Each clip costs another amount than it did, which the t test weighs.
    assert verdict(fixed).status is Status.PASSED
    assert verdict(changed(fixed, macs=round(1.5 * mean))).status is Status.FAILED
    assert verdict(changed(fixed, macs=None)).status is Status.FAILED


def test_what_is_stored_as_one_number_holds_the_mean() -> None:
    one = changed(report((True,) * CLIPS), macs=USUAL)
    passed, failed = ([round(share * USUAL)] * CLIPS for share in (1.009, 1.011))
    assert verdict(uneven(passed), one).status is Status.PASSED
    assert verdict(uneven(failed), one).status is Status.FAILED


def test_a_fixed_cost_is_held_by_one_more_whatever_the_margin() -> None:
    one = changed(report((True,) * CLIPS), macs=USUAL)
    more = changed(one, macs=USUAL + 1)
    assert verdict(more, one, Margins(macs=0.5)).status is Status.FAILED


@pytest.mark.parametrize(("beyond", "status"), [(0.01, Status.PASSED), (-0.01, Status.FAILED)])
def test_budgets_are_of_the_mean_and_of_quantiles(beyond: float, status: Status) -> None:
    # Beside a reference that costs 1,500,000,000 of each.
    ratios = {"macs_mean_ratio": 0.4, "macs_p50_ratio": 0.2, "macs_p90_ratio": 1.0, "macs_p95_ratio": 1.0}
    now = uneven(([300_000_000] * 3 + [1_500_000_000]) * 25)
    budget = Budget({name: ratio + beyond for name, ratio in ratios.items()})
    found = {each.metric: each for each in judge(now, Baseline(), budget) if each.rule == "budget"}
    assert {name: each.measured for name, each in found.items()} == pytest.approx(ratios)
    assert {each.status for each in found.values()} == {status}
    interval = found["macs_mean_ratio"].interval
    assert interval is not None
    assert 0.3 < interval[0] < 0.4 < interval[1] < 0.5


def test_a_fixed_cost_answers_every_budget_with_the_same() -> None:
    budget = Budget(dict.fromkeys(("macs_ratio", "macs_mean_ratio", "macs_p95_ratio"), 0.5))
    found = [each for each in judge(report(), Baseline(), budget) if each.rule == "budget"]
    assert [(each.measured, each.status) for each in found] == [(1.0, Status.FAILED)] * 3
