from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from benchmarks.gate.clip_cost_rates import drawn, drawn_pairs
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored
from pytest_vidcompress.gate.budget import Margins
from pytest_vidcompress.gate.dear_clip_rule import DearClips
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.wording import could_have_seen
from tests.gate.reports import changed, report
from tests.measure.by_clip.costs import uneven

CLIPS = 100
BEFORE = sorted(drawn(Random(0), CLIPS))


def said(now: Report, margins: Margins | None = None) -> list[Verdict]:
    found = judge(now, Baseline(Stored.of(uneven(BEFORE))), margins=margins)
    return [each for each in found if each.metric == "macs_p95"]


def held(macs: Sequence[int], weights: str = "abc", **changes: Any) -> Verdict:
    (found,) = said(uneven(macs, weights), **changes)
    return found


def dearer(clips: int, times: float = 1.5) -> list[int]:
    """So many of the dearest clips, and of those just below them, cost more; all others as much less in the mean."""
    more = [round(times * each) if place >= CLIPS - clips else each for place, each in enumerate(BEFORE)]
    spared = (sum(more) - sum(BEFORE)) / (CLIPS - clips)
    return [round(each - spared) if place < CLIPS - clips else each for place, each in enumerate(more)]


def test_the_same_again_passes_and_says_what_it_would_have_seen() -> None:
    found = held(BEFORE)
    assert (found.status, found.reason) == (Status.PASSED, "as stored")
    assert (found.measured, found.stored) == (BEFORE[94], BEFORE[94])
    assert found.limit == int(1.05 * BEFORE[94])
    assert could_have_seen(found) == "+5.0 %"
    other = held(BEFORE, "def")
    assert other.visible is not None
    # By other weights seven more clips must be dear.
    limit = 1.05 * BEFORE[94]
    seventh = [macs for macs in BEFORE if macs <= limit][-7]
    assert other.visible == pytest.approx(limit / seventh - 1, abs=1e-3)


def test_dear_clips_that_the_mean_hides_fail() -> None:
    now = uneven(dearer(20))
    verdicts = {each.metric: each for each in judge(now, Baseline(Stored.of(uneven(BEFORE))))}
    assert verdicts["macs"].status is Status.PASSED
    found = verdicts["macs_p95"]
    assert (found.status, found.remedy) == (Status.FAILED, Remedy.ACCEPT)
    assert found.reason.startswith("the dearest clips cost ")
    assert found.reason.endswith("% more than stored, by the same weights")
    assert held(dearer(20), "def").reason.endswith("and surely more clips do")


def test_a_few_of_other_weights_may_be_chance() -> None:
    few = held(dearer(6, 1.2), "def")
    assert few.status is Status.INCONCLUSIVE
    assert few.reason.endswith("which may be chance")
    assert held(dearer(6, 1.2), margins=Margins(macs_p95=0.5)).status is Status.PASSED


def test_fewer_are_better() -> None:
    assert held([round(0.9 * each) for each in BEFORE]).reason == "fewer than stored"
    assert held([round(1.04 * each) for each in BEFORE]).reason == "within 5 % of stored"


def test_nothing_is_said_where_nothing_is_stored_clip_by_clip() -> None:
    one = changed(report((True,) * CLIPS), macs=BEFORE[50])
    found = judge(uneven(BEFORE), Baseline(Stored.of(one)))
    assert "macs_p95" not in {each.metric for each in found}
    assert "macs_p95" not in {each.metric for each in judge(one, Baseline(Stored.of(one)))}


def rates(rise: float, noise: float, same_weights: bool, runs: int = 300) -> Counter[Status]:
    """How often each status came out of `drawn_pairs`."""
    random, counted = Random(3), Counter[Status]()
    for _ in range(runs):
        pairs = drawn_pairs(random, CLIPS, rise, noise, same_weights)
        counted[DearClips.of(pairs, Margins().macs_p95).decide(same_weights, Margins())] += 1
    return counted


def test_what_is_unchanged_is_never_red_and_other_weights_hardly_ever() -> None:
    assert rates(0.0, 0.0, True) == {Status.PASSED: 300}
    assert rates(0.0, 0.05, False)[Status.FAILED] <= 3
    assert rates(0.0, 0.1, False)[Status.FAILED] <= 6


def test_a_clear_rise_is_red() -> None:
    assert rates(0.06, 0.0, True) == {Status.FAILED: 300}
    assert rates(0.3, 0.1, False)[Status.FAILED] >= 285
