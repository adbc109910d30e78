from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.baseline.stored import StoredTiming
from pytest_vidcompress.gate.latency.level import (
    DRIFT,
    ENOUGH_PEERS,
    LEAST_SPREAD,
    PRIOR_FREEDOM,
    START_FREEDOM,
    UNKNOWN_SPREAD,
    Level,
    budget_level,
    other_build,
    screen_level,
    stored_level,
)

runs = st.lists(st.floats(0.5, 2.0), min_size=3, max_size=10)


def timing(*log_ratios: float, spread: float = 0.004) -> StoredTiming:
    return StoredTiming(runs=tuple(map(math.exp, log_ratios)), spreads=(spread,) * len(log_ratios))


def level(*log_ratios: float, spread: float = 0.004, peers: tuple[StoredTiming, ...] = ()) -> Level:
    found = stored_level(timing(*log_ratios, spread=spread), peers, 0.05)
    assert found is not None
    return found


@pytest.mark.parametrize("few", [(), (1.0,), (1.0, 1.0)])
def test_two_runs_are_no_level(few: tuple[float, ...]) -> None:
    assert stored_level(StoredTiming(runs=few), (), 0.05) is None


def test_the_level_is_the_geometric_mean_and_the_margin_is_relative() -> None:
    found = level(math.log(0.8), math.log(0.9), math.log(1.0))
    assert math.exp(found.log_ratio) == pytest.approx((0.8 * 0.9 * 1.0) ** (1 / 3))
    assert math.exp(found.limit) == pytest.approx((0.8 * 0.9 * 1.0) ** (1 / 3) * 1.05)


def test_the_prediction_interval_by_hand() -> None:
    found = level(-0.02, 0.0, 0.02)
    # Two degrees of freedom of its own, and those of the prior, which is half the spread of the blocks.
    prior = max(0.002, LEAST_SPREAD) ** 2
    moderated = (PRIOR_FREEDOM * prior + 2 * 0.02**2) / (PRIOR_FREEDOM + 2)
    assert found.variance == pytest.approx(moderated * (1 + 1 / 3))
    assert found.freedom == PRIOR_FREEDOM + 2


def test_runs_that_lie_wider_apart_say_less() -> None:
    assert level(-0.1, 0.0, 0.1).variance > level(-0.02, 0.0, 0.02).variance > level(0.0, 0.0, 0.0).variance


def test_of_calls_of_seconds_pairs_explain_what_recorded_runs_lie_apart() -> None:
    """A percent, of pairs of 3.6 %: twelve of them explain as much, and the fresh run knows its own noise."""
    slow = replace(timing(-0.01, 0.0, 0.01, spread=0.036), references=(1.9,) * 3)
    found = stored_level(slow, (), 0.05)
    assert found is not None
    noise = 0.036**2 / 12
    apart = (START_FREEDOM * (noise + DRIFT**2) + 2 * 0.01**2) / (START_FREEDOM + 2)
    assert found.variance == pytest.approx(apart - noise + apart / 3)
    assert found.freedom == START_FREEDOM + 2
    quick = stored_level(replace(slow, references=(0.2,) * 3), (), 0.05)
    assert quick is not None
    assert quick.variance > 2 * found.variance
    assert quick.freedom == PRIOR_FREEDOM + 2


def test_the_screen_of_calls_of_seconds_is_of_one_process() -> None:
    slow = replace(timing(-0.01, 0.0, 0.01, spread=0.036), screens=(0.99, 1.0, 1.01), references=(1.9,) * 3)
    found = screen_level(slow, (), 0.05)
    assert found is not None
    assert found.freedom == PRIOR_FREEDOM + 2
    assert found.references == (1.9,) * 3


def test_more_runs_say_more() -> None:
    apart, wider = 0.02, 0.02 * math.sqrt(7 / 6)
    few = level(-apart, 0.0, apart, spread=2 * apart)
    many = level(*(-wider, 0.0, wider) * 2, -wider, wider, spread=2 * apart)
    # Their sample variance is the same, and that of the prior.
    assert few.variance == pytest.approx(apart**2 * (1 + 1 / 3))
    assert many.variance == pytest.approx(apart**2 * (1 + 1 / 8))
    assert many.freedom > few.freedom


def test_runs_that_agree_by_luck_are_moderated_by_the_other_variants() -> None:
    lucky = (0.0, 0.0001, 0.0002)
    alone = level(*lucky)
    restless = (timing(-0.1, 0.0, 0.1), timing(-0.05, 0.0, 0.05), timing(-0.07, 0.0, 0.07))
    assert level(*lucky, peers=restless).variance > 10 * alone.variance
    # Too few peers, and peers of too few runs, know nothing.
    assert len(restless) == ENOUGH_PEERS
    assert level(*lucky, peers=restless[1:]) == alone
    assert level(*lucky, peers=(*restless[1:], timing(-0.5, 0.5))) == alone
    assert alone.variance >= LEAST_SPREAD**2 * PRIOR_FREEDOM / (PRIOR_FREEDOM + 2)


def test_a_suite_that_agrees_knows_what_one_variant_cannot() -> None:
    # As alike as variances of two degrees of freedom are by chance.
    alike = tuple(timing(-apart, 0.0, apart) for apart in (0.003, 0.006, 0.01, 0.013, 0.017))
    alone, among = level(-0.01, 0.0, 0.01), level(-0.01, 0.0, 0.01, peers=alike)
    assert alone.freedom == 2 + PRIOR_FREEDOM
    assert among.freedom > 10
    assert among.variance == pytest.approx(0.01**2 * (1 + 1 / 3), rel=0.5)


def test_a_suite_that_disagrees_says_little_of_the_next_variant() -> None:
    unlike = tuple(timing(-apart, 0.0, apart) for apart in (0.003, 0.3, 0.01, 0.1, 0.03))
    assert level(-0.01, 0.0, 0.01, peers=unlike).freedom < 2 + 1


def test_noisy_blocks_are_a_prior_too() -> None:
    assert level(0.0, 0.0, 0.0, spread=0.1).variance > level(0.0, 0.0, 0.0).variance


def test_what_blocks_showed_is_kept() -> None:
    stored = StoredTiming(runs=(1.0,) * 3, spreads=(0.01, 0.03, 0.02), controls=(0.004, 0.006, 0.005))
    found = stored_level(stored, (), 0.05)
    assert found is not None
    assert (found.spread, found.control) == (0.02, 0.005)
    unknown = stored_level(StoredTiming(runs=(1.0,) * 3), (), 0.05)
    assert unknown is not None
    assert (unknown.spread, unknown.control) == (UNKNOWN_SPREAD, None)


def test_the_test_s_own_process_is_held_to_what_it_showed() -> None:
    fresh, own = (0.84, 0.85, 0.86), (0.77, 0.78, 0.79)
    found = screen_level(StoredTiming(runs=fresh, spreads=(0.01,) * 3, screens=own), (), 0.05)
    assert found is not None
    assert math.exp(found.log_ratio) == pytest.approx(0.78, rel=1e-3)
    assert found.variance > 0
    assert found.spread == 0
    assert screen_level(StoredTiming(runs=fresh, screens=own[:2]), (), 0.05) is None


@given(runs, st.floats(0.5, 2), st.floats(0, 1))
def test_a_common_factor_moves_the_level_and_nothing_else(
    ratios: list[float], factor: float, margin: float
) -> None:
    here = stored_level(StoredTiming(runs=tuple(ratios)), (), margin)
    there = stored_level(StoredTiming(runs=tuple(factor * ratio for ratio in ratios)), (), margin)
    assert here is not None
    assert there is not None
    assert there.log_ratio == pytest.approx(here.log_ratio + math.log(factor), abs=1e-9)
    assert there.variance == pytest.approx(here.variance, rel=1e-6)
    assert here.limit - here.log_ratio == pytest.approx(math.log1p(margin))


@given(runs)
def test_the_order_of_runs_does_not_matter(ratios: list[float]) -> None:
    one = stored_level(StoredTiming(runs=tuple(ratios)), (), 0.05)
    other = stored_level(StoredTiming(runs=tuple(sorted(ratios))), (), 0.05)
    assert one is not None
    assert other is not None
    assert (one.log_ratio, one.variance) == pytest.approx((other.log_ratio, other.variance))


def test_budgets_and_builds_are_exact() -> None:
    budget = budget_level(0.8)
    assert (math.exp(budget.limit), budget.margin, budget.variance) == (pytest.approx(0.8), 0.0, 0.0)
    build = other_build(0.05)
    assert (build.log_ratio, build.variance) == (0.0, 0.0)
    assert math.exp(build.limit) == pytest.approx(1.05)
    assert budget.freedom == build.freedom == math.inf
