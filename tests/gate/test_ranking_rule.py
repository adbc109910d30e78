from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pytest_vidcompress.gate.accuracy import stopping
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored
from pytest_vidcompress.gate.budget import Budget, Margins
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.metrics import METRICS
from pytest_vidcompress.gate.ranking_rule import judge_ranked
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.report import Report
from tests.gate.reports import changed, ranked, report, searching

CLIPS = 400
SAME = (0.8,) * CLIPS


def now(gap: Sequence[float] = SAME, **changes: Any) -> Report:
    return ranked(report((True,) * len(gap), **changes), gap)


def verdict(measured: Report, stored: Stored | None = None, margins: Margins | None = None) -> Verdict | None:
    stored = stored or Stored.of(now())
    return next(judge_ranked(METRICS["gap"], measured, stored, margins or Margins()), None)


def lower(clips: int, by: float) -> tuple[float, ...]:
    """So many clips contribute less."""
    return tuple(0.8 - by * (place < clips) for place in range(CLIPS))


def test_the_same_again_passes() -> None:
    found = verdict(now())
    assert found is not None
    assert (found.status, found.reason) == (Status.PASSED, "within 1 points of stored")
    assert found.evidence == "400 clips, 0 changed"
    assert (found.measured, found.stored) == (pytest.approx(0.8), pytest.approx(0.8))
    assert found.limit == pytest.approx(0.79)
    assert found.interval == pytest.approx((0.78, 0.82))


def test_a_loss_beyond_the_margin_and_beyond_chance_fails() -> None:
    found = verdict(now(lower(20, 0.5)))
    assert found is not None
    assert (found.status, found.remedy) == (Status.FAILED, Remedy.ACCEPT)
    assert found.reason == "lost 2.50 points, more than chance explains"
    assert found.evidence.startswith("400 clips, 20 changed, p=")


def test_a_loss_beyond_the_margin_that_may_be_chance_is_inconclusive() -> None:
    few = tuple(value + 3 * (place == 0) for place, value in enumerate(lower(4, 2.5)))
    found = verdict(now(few))
    assert found is not None
    assert found.status is Status.INCONCLUSIVE
    assert found.reason.startswith("lost 1.75 points, which may be chance: 400 clips show nothing below ")
    assert found.visible is not None
    assert f"below {100 * found.visible:.1f} points" in found.reason


def test_a_loss_within_the_margin_passes_however_sure_it_is() -> None:
    everywhere = (0.791,) * CLIPS
    found = verdict(now(everywhere))
    assert found is not None
    assert found.status is Status.PASSED
    strict = verdict(now(everywhere), margins=Margins(gap=0.005))
    assert strict is not None
    assert strict.status is Status.FAILED


def test_what_got_better_says_so() -> None:
    found = verdict(now((0.9,) * CLIPS))
    assert found is not None
    assert (found.status, found.reason) == (Status.PASSED, "better than stored")


def test_only_common_clips_count() -> None:
    ids = [f"clip{place}" for place in range(300)] + [f"other{place}" for place in range(100)]
    found = verdict(now(lower(20, 0.5), ids=ids))
    assert found is not None
    assert found.status is Status.FAILED
    assert (found.stored, found.measured) == (pytest.approx(0.8), pytest.approx(0.8 - 10 / 300))
    assert found.evidence.startswith("300 clips, 20 changed")
    assert found.reason.endswith("; on the 300 clips that baseline and run share")
    assert found.interval is None


def test_the_drop_is_of_the_numbers_and_not_of_what_is_rounded() -> None:
    # Each clip contributes 0.004 less, which hundredths do not show.
    found = verdict(now((0.796,) * CLIPS), margins=Margins(gap=0.003))
    assert found is not None
    assert (found.status, found.measured) == (Status.INCONCLUSIVE, pytest.approx(0.796))


def test_other_clips_have_no_verdict_because_top1_has_it() -> None:
    other = now(ids=[f"other{place}" for place in range(CLIPS)])
    assert verdict(other) is None
    assert not [*judge_ranked(METRICS["gap"], now(), None, Margins())]


def test_what_an_older_baseline_does_not_know_is_new() -> None:
    found = verdict(now(), replace(Stored.of(now()), by_clip={}))
    assert found is not None
    assert (found.status, found.remedy, found.stored) == (Status.NEW, Remedy.CREATE, None)


def test_what_is_no_longer_measured_fails() -> None:
    found = verdict(report((True,) * CLIPS))
    assert found is not None
    assert (found.status, found.measured) == (Status.FAILED, None)


def test_clips_of_one_label_have_no_verdict() -> None:
    single = report((True,) * CLIPS)
    assert not [
        each for each in judge(single, Baseline(Stored.of(single))) if each.metric in ("gap", "mean_ap")
    ]


def test_the_gate_judges_both_beside_top1() -> None:
    found = {each.metric: each.status for each in judge(now(lower(20, 0.5)), Baseline(Stored.of(now())))}
    assert (found["top1"], found["gap"], found["mean_ap"]) == (Status.PASSED, Status.FAILED, Status.PASSED)


def test_a_budget_is_on_the_drop_from_the_reference_with_its_own_interval() -> None:
    measured = ranked(report((True,) * CLIPS), (0.77,) * CLIPS, drop=Estimate(0.03, 0.02, 0.04))
    (found,) = (
        each for each in judge(measured, Baseline(), Budget({"gap_drop": 0.02})) if each.rule == "budget"
    )
    assert (found.metric, found.status) == ("gap_drop", Status.FAILED)
    assert (found.measured, found.interval) == (pytest.approx(0.03), (0.02, 0.04))
    (single,) = (
        each for each in judge(report(), Baseline(), Budget({"gap_drop": 0.02})) if each.rule == "budget"
    )
    assert (single.status, single.measured) == (Status.FAILED, None), "clips of one label are not ranked"


def test_an_evaluation_of_several_labels_takes_all_clips() -> None:
    stored, several = Stored.of(now()), now().reference
    assert several is not None
    assert stopping(stored, changed(several, ranking=None), None) is not None
    assert stopping(stored, several, None) is None


def test_the_smallest_visible_drop_is_more_where_clips_vary_more() -> None:
    calm = verdict(now())
    wild = verdict(now(tuple(0.8 + (0.5 if place % 2 else -0.5) for place in range(CLIPS))))
    assert calm is not None
    assert wild is not None
    assert calm.visible is not None
    assert wild.visible is not None
    assert 0.01 < calm.visible < wild.visible < math.inf


def searched(found: Sequence[float], stored: Sequence[float] = (1.0,) * CLIPS) -> tuple[Verdict, ...]:
    before = Baseline(stored=Stored.of(searching(report((True,) * CLIPS), stored)))
    verdicts = judge(searching(report((True,) * CLIPS), found), before)
    return tuple(each for each in verdicts if each.metric == "recall_at_1")


def test_what_clips_find_or_not_is_held_by_the_exact_test() -> None:
    # Five clips lost for none gained is the fewest that a fair coin seldom does.
    (lost,) = searched((0.0,) * 5 + (1.0,) * (CLIPS - 5))
    assert (lost.status, lost.remedy) == (Status.FAILED, Remedy.ACCEPT)
    assert lost.evidence == "400 clips, 5 changed, p=0.031"
    (fewer,) = searched((0.0,) * 4 + (1.0,) * (CLIPS - 4))
    assert fewer.status is Status.PASSED
    mixed = (0.0,) * 9 + (1.0,) * (CLIPS - 9)
    (chance,) = searched(mixed, (1.0,) * 9 + (0.0,) * 4 + (1.0,) * (CLIPS - 13))
    assert chance.status is Status.INCONCLUSIVE


def test_a_clip_that_says_nothing_is_in_no_pair() -> None:
    found = (math.nan, *(1.0,) * (CLIPS - 1))
    (same,) = searched(found, found)
    assert (same.status, same.evidence) == (Status.PASSED, "399 clips, 0 changed")


def test_shared_clips_that_say_nothing_decide_nothing() -> None:
    before = searching(report((True,) * 2), (math.nan, 1.0))
    now = searching(report((True,) * 2, ids=("clip0", "other")), (math.nan, 1.0))
    (verdict,) = (
        each for each in judge(now, Baseline(stored=Stored.of(before))) if each.metric == "recall_at_1"
    )
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.reason == "none of the clips that baseline and run share says anything of it"


def test_a_test_that_does_not_search_is_held_to_no_search() -> None:
    before = Baseline(stored=Stored.of(searching(report((True,) * CLIPS))))
    assert "recall_at_1" not in {each.metric for each in judge(report((True,) * CLIPS), before)}


def test_a_search_of_which_nothing_is_stored_is_new() -> None:
    before = Baseline(stored=Stored.of(report((True,) * CLIPS)))
    verdicts = {each.metric: each.status for each in judge(searching(report((True,) * CLIPS)), before)}
    assert verdicts["recall_at_1"] is verdicts["agreement_at_10"] is Status.NEW


def test_budgets_limit_what_is_lost_and_what_agrees() -> None:
    now = searching(report((True,) * CLIPS), (0.0,) * 40 + (1.0,) * (CLIPS - 40), Estimate(0.1, 0.07, 0.13))
    limits = {"recall_at_1_drop": 0.05, "agreement_at_10": 0.85, "vector_bytes": 512, "vector_ratio": 0.5}
    found = {each.metric: each for each in judge(now, Baseline(), Budget(limits)) if each.rule == "budget"}
    assert {name: each.status for name, each in found.items()} == {
        "recall_at_1_drop": Status.FAILED,
        "agreement_at_10": Status.PASSED,
        "vector_bytes": Status.PASSED,
        "vector_ratio": Status.FAILED,
    }
    assert found["recall_at_1_drop"].measured == pytest.approx(0.1)
    assert found["recall_at_1_drop"].interval == (0.07, 0.13)


def test_a_budget_for_a_search_that_was_not_measured_fails() -> None:
    (held,) = (
        each
        for each in judge(report((True,) * CLIPS), Baseline(), Budget({"agreement_at_10": 0.9}))
        if each.rule == "budget"
    )
    assert held.status is Status.FAILED
