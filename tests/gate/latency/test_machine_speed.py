from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pytest_vidcompress.gate.baseline.stored import StoredTiming
from pytest_vidcompress.gate.latency.level import Level, stored_level
from pytest_vidcompress.gate.latency.machine_speed import other_speed
from pytest_vidcompress.gate.latency.sequential_test import Decision, analyse
from tests.gate.reports import confirmation

LEVEL = Level(math.log(0.8), math.log(1.05), references=(0.0034, 0.0035, 0.0036))


def test_a_machine_as_fast_as_when_it_was_recorded_excuses_nothing() -> None:
    for reference_s in (0.0033, 0.0035, 0.00375):
        assert other_speed(reference_s, LEVEL, 1e-6) == ""


def test_a_slower_one_excuses_what_a_ratio_follows_and_no_more() -> None:
    said = "the reference takes 25% longer than in any recorded run"
    assert other_speed(0.0045, LEVEL, 0.06) == said
    assert other_speed(0.0045, LEVEL, 0.07) == ""


def test_a_faster_one_likewise() -> None:
    assert other_speed(0.0017, LEVEL, 0.1) == "the reference takes 50% less than in any recorded run"


def test_of_a_machine_far_slower_a_ratio_may_follow_all() -> None:
    """As it was seen of an unchanged student: 0.190 where 0.163 at most was recorded, its reference 40 % slower."""
    excess = math.log(0.1901 / 0.1683)
    assert other_speed(0.0052, LEVEL, excess) == "the reference takes 44% longer than in any recorded run"
    assert other_speed(0.0052, LEVEL, math.log(1.5)) == ""
    assert other_speed(0.0044, LEVEL, excess) == ""


def test_what_is_not_known_excuses_nothing() -> None:
    assert other_speed(None, LEVEL, 0.0) == ""
    assert other_speed(0.0045, replace(LEVEL, references=()), 0.0) == ""


@pytest.mark.parametrize(("then_s", "decision"), [(0.05, Decision.WORSE), (0.04, Decision.OPEN)])
def test_seven_percent_more_at_another_speed_is_no_regression(then_s: float, decision: Decision) -> None:
    """As it was seen: int8 took 0.817 of fp32 in three runs, and 0.876 when the machine was a quarter slower."""
    stored = StoredTiming(runs=(0.817, 0.819, 0.815), spreads=(0.005,) * 3, references=(then_s,) * 3)
    level = stored_level(stored, (), 0.05)
    assert level is not None
    analysis = analyse(confirmation(math.log(0.876), noise=0.005), level, 0.001)
    assert analysis.decision is decision
    assert ("longer than in any recorded run" in analysis.veto) == (decision is Decision.OPEN)
