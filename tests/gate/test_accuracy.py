from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.accuracy import decide, judge_accuracy, stopping
from pytest_vidcompress.gate.baseline.stored import Paired, Stored
from pytest_vidcompress.gate.budget import Budget, Certainty, Margins
from pytest_vidcompress.gate.statistics import mcnemar
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict, fails
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import changed, report

MARGINS = Margins()


def outcomes(lost: int = 0, gained: int = 0, clips: int = 480, right: int = 400) -> tuple[bool, ...]:
    """Of a baseline whose first `right` clips were right."""
    return tuple(lost <= i < right + gained for i in range(clips))


def verdicts(now: Report, stored: Stored | None) -> dict[str, Verdict]:
    return {verdict.metric: verdict for verdict in judge_accuracy(now, stored, MARGINS)}


def top1(now: Report, then: Report) -> Verdict:
    return verdicts(now, Stored.of(then))["top1"]


def pair(lost: int, gained: int, clips: int = 1000) -> Paired:
    return Paired(clips, clips // 2, lost, gained)


# One look


def test_the_same_again_passes() -> None:
    verdict = top1(report(), report())
    assert (verdict.status, verdict.reason) == (Status.PASSED, "within 1 points of stored")
    assert verdict.evidence == "100 clips, 0 lost, 0 gained, p=1"
    assert top1(report((True,) * 95 + (False,) * 5), report()).reason == "better than stored"


def test_lost_clips() -> None:
    verdict = top1(report(outcomes(14, 2)), report(outcomes()))
    assert verdict.status is Status.FAILED
    assert verdict.evidence == "480 clips, 14 lost, 2 gained, p=0.0021"
    assert verdict.measured == pytest.approx(388 / 480)
    assert verdict.stored == pytest.approx(400 / 480)
    assert verdict.limit == pytest.approx(400 / 480 - 0.01)
    # Three of 100 are beyond the margin and within chance.
    few = top1(report(outcomes(3, 0, 100, 90)), report(outcomes(0, 0, 100, 90)))
    assert few.status is Status.INCONCLUSIVE
    assert few.visible is not None
    assert f"100 clips show nothing below {100 * few.visible:.1f} points" in few.reason


def test_only_common_clips_count() -> None:
    half = report(
        (False,) * 10 + (True,) * 10, [f"clip{i}" for i in range(10)] + [f"other{i}" for i in range(10)]
    )
    verdict = top1(half, report())
    assert verdict.status is Status.FAILED
    assert verdict.evidence.startswith("10 clips, 10 lost, 0 gained")
    assert verdict.reason.endswith("; on the 10 clips that baseline and run share")
    other = top1(report(ids=[f"other{i}" for i in range(100)]), report())
    assert other.status is Status.NEW
    assert "other clips" in other.reason


MARKS = tuple(f"{place:06x}" for place in range(100))


def test_clips_with_other_contents_are_left_out_and_named() -> None:
    then = report(contents=MARKS)
    # The two that were lost are of other files.
    now = report((False, False) + (True,) * 88 + (False,) * 10, contents=("aaaaaa", "bbbbbb", *MARKS[2:]))
    found = verdicts(now, Stored.of(then))
    assert found["top1"].status is Status.PASSED
    assert found["top1"].evidence.startswith("98 clips, 0 lost, 0 gained")
    assert found["clips"].status is Status.NEW
    assert found["clips"].reason.startswith("2 clips (clip0, clip1) have other contents than in the baseline")
    assert fails(found["clips"], strict=True)
    assert "clips" not in verdicts(now, Stored.of(report()))


def test_what_cannot_be_compared_is_new_whatever_it_measures() -> None:
    then = report(contents=MARKS, protocol="16x4, 5x3 views", protocol_details="stride, 224 of 224 px")
    for change, says in (
        (
            {"protocol_details": "stride, 224 of 320 px"},
            "stride, 224 of 224 px, this run has stride, 224 of 320",
        ),
        ({"protocol": "16x4, 1x1 views"}, "made with 16x4, 5x3 views, this run has 16x4, 1x1 views"),
        ({"contents": ("ffffff",) * 100}, "made on other contents of 100 clips"),
        ({"ids": [f"other{i}" for i in range(60)] + [f"clip{i}" for i in range(40)]}, "made on other clips"),
    ):
        found = verdicts(report((True,) * 100, **change), Stored.of(then))
        assert found.keys() == {"top1"}
        assert found["top1"].status is Status.NEW
        assert says in found["top1"].reason
        assert "--vc-baseline=accept" in found["top1"].reason


def test_nothing_that_cannot_be_compared_ends_an_evaluation() -> None:
    now = report((True,) * 1000)
    reference = now.reference
    assert reference is not None
    assert stopping(Stored.of(now), reference, None)
    other = changed(reference, protocol="16x4, 1x1 views")
    assert stopping(replace(Stored.of(now), protocol="16x4, 5x3 views"), other, None) is None
    marks = tuple(f"{place:06x}" for place in range(1000))
    known = replace(Stored.of(now), contents=marks)

    def taken(contents: tuple[str, ...]) -> int:
        enough = stopping(known, changed(reference, contents=contents), None)
        assert enough is not None
        return next(k for k in range(1, 1001) if enough((True,) * k, (True,) * k))

    # Of the first hundred, which are of other files, no count says anything.
    assert taken((*("ffffff",) * 100, *marks[100:])) == taken(marks) + 100


def test_nothing_stored_is_new_and_says_when_it_starts_below_the_floor() -> None:
    new = verdicts(report(), None)["top1"]
    assert (new.status, new.reason) == (Status.NEW, "nothing is stored yet")
    assert new.remedy is Remedy.CREATE
    below = verdicts(report((True,) * 89 + (False,) * 11), None)["top1"]
    assert below.status is Status.NEW
    assert below.reason.startswith("below 99 % of the reference's top-1 from the start; nothing is stored")
    assert below.interval == report((True,) * 89 + (False,) * 11).top1.interval


def test_every_verdict_says_how_sure_it_is_and_what_it_could_have_seen() -> None:
    held = verdicts(
        report(outcomes(3, 1), agreements=outcomes(5)), Stored.of(report(outcomes(), agreements=outcomes()))
    )
    assert set(held) == {"top1", "agreement"}
    for verdict in held.values():
        assert verdict.interval is not None
        assert verdict.measured is not None
        assert verdict.interval[0] < verdict.measured < verdict.interval[1]
        assert verdict.visible is not None
        assert 0.01 < verdict.visible < 0.05


def test_a_variant_that_has_nothing_to_lose_shows_nothing() -> None:
    never = report((False,) * 100)
    assert top1(never, never).visible == math.inf


# The floor


def floor_case(lost: int, right: int, stored_right: int, clips: int = 4000) -> Verdict:
    """A reference with `right` clips, a variant stored with `stored_right` that loses `lost`."""
    then = report(outcomes(0, 0, clips, stored_right))
    now = report(outcomes(lost, 0, clips, stored_right))
    assert now.reference is not None
    beside = changed(now.reference, outcomes=outcomes(0, 0, clips, right))
    return top1(changed(now, reference=beside), then)


def test_falling_below_the_floor_fails_inside_the_margin() -> None:
    # 2 % of 4000 clips would be 80, the margin is 40; 99 % of 2000 right ones leave room for 20.
    assert floor_case(20, 2000, 2000).status is Status.PASSED
    fell = floor_case(21, 2000, 2000)
    assert fell.status is Status.FAILED
    assert "below 99 % of the reference's top-1, which it had reached" in fell.reason
    assert fell.limit == pytest.approx(1980 / 4000)


def test_a_few_clips_below_the_floor_may_be_chance() -> None:
    verdict = floor_case(1, 2000, 1980)
    assert verdict.status is Status.PASSED
    assert verdict.reason.endswith("below 99 % of the reference's top-1, which may be chance")


def test_a_variant_accepted_below_the_floor_is_held_to_what_is_stored() -> None:
    assert floor_case(30, 2000, 1900).status is Status.PASSED
    assert floor_case(41, 2000, 1900).status is Status.FAILED


def test_there_is_no_floor_without_labels() -> None:
    then = report(outcomes(0, 0, 4000, 2000), accuracy_kind="agreement")
    now = report(outcomes(30, 0, 4000, 2000), accuracy_kind="agreement")
    assert now.reference is not None
    beside = changed(now.reference, outcomes=outcomes(0, 0, 4000, 2000))
    assert top1(changed(now, reference=beside), then).status is Status.PASSED


# Agreement


AGREED = (True,) * 100


def agreement_of(now: tuple[bool, ...], then: tuple[bool, ...] = AGREED, **changes: Any) -> Verdict | None:
    return verdicts(report(agreements=now, **changes), Stored.of(report(agreements=then))).get("agreement")


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


# Laws of every look

counts = st.integers(0, 120)
looks = st.builds(
    lambda lost, gained, more, last, floor: (pair(lost, gained, lost + gained + more), last, floor),
    counts, counts, st.integers(1, 5000), st.booleans(), st.one_of(st.just(0.0), st.floats(0, 3000)),
)  # fmt: skip


@given(looks)
def test_one_more_lost_never_turns_fail_into_pass(look: tuple[Paired, bool, float]) -> None:
    was, last, floor = look
    if decide(was, floor, last, MARGINS) is Status.FAILED:
        assert decide(replace(was, lost=was.lost + 1), floor, last, MARGINS) is Status.FAILED


@given(looks)
def test_one_more_gained_never_turns_pass_into_fail(look: tuple[Paired, bool, float]) -> None:
    was, last, floor = look
    if decide(was, floor, last, MARGINS) is not Status.FAILED:
        assert decide(replace(was, gained=was.gained + 1), floor, last, MARGINS) is not Status.FAILED


@given(looks)
def test_never_failed_with_fewer_discordant_clips_than_can_reach_the_level(
    look: tuple[Paired, bool, float],
) -> None:
    was, last, floor = look
    level = MARGINS.sure.top1_alpha if last else MARGINS.sure.top1_interim
    if decide(was, floor, last, MARGINS) is Status.FAILED:
        assert 0.5 ** (was.lost + was.gained) < level
        assert mcnemar(was.lost, was.gained) < level


@pytest.mark.parametrize(("last", "fewest"), [(True, 5), (False, 11)])
def test_the_fewest_losses_that_fail(last: bool, fewest: int) -> None:
    assert decide(pair(fewest, 0, 100), 0, last, MARGINS) is Status.FAILED
    assert decide(pair(fewest - 1, 0, 100), 0, last, MARGINS) is None


@given(looks)
def test_no_early_pass_beyond_the_margin(look: tuple[Paired, bool, float]) -> None:
    was, last, floor = look
    if decide(was, floor, last, MARGINS) is Status.PASSED:
        assert was.drop <= MARGINS.top1 + 1e-9


# Look after look


def run(
    now: Sequence[bool],
    then: Sequence[bool],
    budget: Budget | None = None,
    agreements: Sequence[bool] | None = None,
    **changes: Any,
) -> int | None:
    """Clips taken until they are enough; None when every clip is wanted from the start."""
    same = (True,) * len(now)
    reference = changed(report(then), agreements=same, **changes)
    stored = Stored.of(changed(report(then), agreements=same))
    enough = stopping(stored, reference, budget)
    if enough is None:
        return None
    agreed = same if agreements is None else agreements
    return next((n for n in range(1, len(now)) if enough(now[:n], agreed[:n])), len(now))


SAME = tuple(i % 10 > 0 for i in range(1000))


def test_an_unchanged_model_takes_346_of_1000_clips() -> None:
    assert run(SAME, SAME) == 346
    assert run(SAME[:300], SAME[:300]) == 300


def test_a_broken_model_takes_tens() -> None:
    half = tuple(hit and i % 2 > 0 for i, hit in enumerate(SAME))
    taken = run(half, SAME)
    assert taken is not None
    assert 11 <= taken < 50


def test_the_margins_decide_how_many() -> None:
    stored, reference = Stored.of(report(SAME)), report(SAME)
    enough = stopping(stored, reference, None, Margins(sure=Certainty(top1_drop=0.04, top1_miss=0.01)))
    assert enough is not None
    assert next(n for n in range(1, 1000) if enough(SAME[:n], SAME[:n])) == math.ceil(math.log(100) / 0.04)


def test_both_comparisons_must_have_passed() -> None:
    left = tuple(i not in (50, 150) for i in range(1000))
    taken = run(SAME, SAME, agreements=left)
    assert taken is not None
    assert 346 < taken < 600
    # One that failed decides, whatever the other says.
    assert run(SAME, SAME, agreements=(False,) * 1000) == 11


@pytest.mark.parametrize("budget", [Budget({"kl": 0.1}), Budget({"top5_drop": 0.1, "top1_drop": 0.5})])
def test_some_limits_need_all_clips(budget: Budget) -> None:
    assert run(SAME, SAME, budget) is None


def test_what_is_not_stored_needs_all_clips() -> None:
    assert stopping(None, report(), None) is None
    other = Stored.of(report(ids=[f"other{i}" for i in range(100)]))
    assert stopping(other, report(), None) is None


@pytest.mark.parametrize(
    ("budget", "least", "most"),
    [
        (Budget({"size_ratio": 0.5, "latency_ratio": 1}), 346, 346),
        (Budget({"top1_drop": 0.05}), 346, 346),  # a narrower limit than the gate's takes more
        (Budget({"top1_drop": 0.01}), 691, 691),
        (Budget({"top1_drop": 0.0}), 1000, 1000),
        (Budget({"top1_drop": -0.05}), 346, 346),  # and one that is surely broken is decided too
        (Budget({"agreement": 0.9}), 346, 346),
        (Budget({"agreement": 0.99}), 688, 688),
        (Budget({"agreement": 1.0}), 1000, 1000),
        (Budget({"top1_ratio": 0.9}), 346, 346),
        (Budget({"top1_ratio": 0.99}), 850, 999),
        (Budget({"top1_ratio": 1.0}), 1000, 1000),
        (Budget({"top1_ratio": 1.1}), 346, 346),
    ],
)
def test_a_limit_on_accuracy_is_decided_too(budget: Budget, least: int, most: int) -> None:
    taken = run(SAME, SAME, budget)
    assert taken is not None
    assert least <= taken <= most


def test_clips_that_are_not_stored_decide_nothing() -> None:
    ids = [f"clip{2 * i + 1}" for i in range(500)]
    stored = Stored.of(changed(report(SAME[:500], ids), agreements=(True,) * 500))
    enough = stopping(stored, changed(report(SAME), agreements=(True,) * 1000), None)
    assert enough is not None
    same = tuple(SAME[i // 2] if i % 2 else False for i in range(1000))
    taken = next(n for n in range(1, 1000) if enough(same[:n], (True,) * n))
    assert taken == 2 * 346


@st.composite
def histories(draw: st.DrawFn) -> tuple[tuple[bool, ...], tuple[bool, ...], tuple[bool, ...]]:
    """Then, now, and agreements now, of 1000 clips with some rate of flips."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rates = draw(st.sampled_from([(0, 0), (0.01, 0), (0.005, 0.005), (0.04, 0.02), (0.1, 0), (0.5, 0.1)]))
    then = random.random(1000) < 0.9
    flips = random.random(1000) < np.where(then, rates[0] / 0.9, rates[1] / 0.1)
    agreed = random.random(1000) >= rates[0]
    return tuple(map(bool, then)), tuple(map(bool, then ^ flips)), tuple(map(bool, agreed))


@given(histories())
def test_judging_what_was_taken_says_what_ended_it(
    history: tuple[tuple[bool, ...], tuple[bool, ...], tuple[bool, ...]],
) -> None:
    then, now, agreed = history
    taken = run(now, then, agreements=agreed)
    assert taken is not None
    if taken == 1000:
        return
    whole = changed(report(then), agreements=(True,) * 1000)
    some = report(now[:taken], agreements=agreed[:taken], sample=1000)
    assert some.reference is not None
    some = changed(some, reference=changed(some.reference, outcomes=then[:taken]))
    held = verdicts(some, Stored.of(whole))
    said = {verdict.status for verdict in held.values()}
    assert said == {Status.PASSED} or Status.FAILED in said
    assert all(verdict.evidence.startswith(f"{taken} of 1000 clips, ") for verdict in held.values())
    assert "share" not in held["top1"].reason


def test_what_another_failure_left_undecided_is_not_green() -> None:
    then = changed(report(SAME), agreements=(True,) * 1000)
    some = report(SAME[:11], agreements=(False,) * 11, sample=1000)
    held = verdicts(some, Stored.of(then))
    assert held["agreement"].status is Status.FAILED
    assert held["top1"].status is Status.INCONCLUSIVE
    assert "when the run was over" in held["top1"].reason


@pytest.mark.slow
def test_visible_agrees_with_simulation() -> None:
    """The whole check, clip by clip, fails a drop as large as it says in nine of ten runs."""
    clips, churn = 400, 0.05
    random = np.random.default_rng(0)
    then = tuple(i % 10 > 0 for i in range(clips))
    calm = report(outcomes(10, 10, clips, 360))
    visible = top1(calm, report(outcomes(0, 0, clips, 360))).visible
    assert visible is not None
    failed, trials = 0, 1000
    for _ in range(trials):
        was = random.random(clips) < 0.9
        losses, gains = (churn + visible) / 2 / 0.9, (churn - visible) / 2 / 0.1
        now = was ^ (random.random(clips) < np.where(was, losses, gains))
        reference = changed(report(then), outcomes=(True,) * clips)
        enough = stopping(replace(Stored.of(report(tuple(map(bool, was)))), agreements=()), reference, None)
        assert enough is not None
        kept = tuple(map(bool, now))
        taken = next((n for n in range(1, clips) if enough(kept[:n], kept[:n])), clips)
        lost, gained = int((was & ~now)[:taken].sum()), int((now & ~was)[:taken].sum())
        before = int(was[:taken].sum())
        verdict = decide(Paired(taken, before, lost, gained), 0.0, taken == clips, MARGINS)
        failed += verdict is Status.FAILED
    # Four standard errors of the simulation, and the little that an early pass may cost.
    assert failed / trials == pytest.approx(0.9, abs=0.04)
