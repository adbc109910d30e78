from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.gate.latency.level import Level
from pytest_vidcompress.gate.latency.sequential_test import Decision
from pytest_vidcompress.gate.latency.single_process import OTHER_PROCESS, analyse_pairs, blocks
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.measure.report import Timing

ALPHA = 0.001
SCREENS = Level(0.0, math.log1p(0.05), variance=1e-4, freedom=7.0, spread=0.0)
"""Of recorded screens that lie a percent apart."""
BUDGET = Level(0.0, 0.0)


def timing(
    log_ratio: float,
    noise: float = 0.01,
    pairs: int = 40,
    bias: float = 0.0,
    seed: int = 0,
    quiet: float = 1.0,
) -> Timing:
    """Of a process in which the variant takes `log_ratio` longer, and the reference differs from itself by `bias`."""
    random = Random(seed)
    ratios = tuple(random.gauss(log_ratio, noise) for _ in range(pairs))
    controls = tuple(random.gauss(bias, noise) for _ in range(pairs // 2))
    return Timing(
        Estimate(0.003), Estimate(math.exp(log_ratio)), ratios, controls=controls, quiet_share=quiet
    )


def decision(seen: Timing, level: Level = SCREENS, alpha: float = ALPHA) -> Decision:
    return analyse_pairs(seen, level, alpha).decision


def test_what_is_surely_slower_is_so_without_a_fresh_process() -> None:
    analysis = analyse_pairs(timing(math.log(1.17)), SCREENS, ALPHA)
    assert analysis.decision is Decision.WORSE
    assert math.exp(analysis.estimate) == pytest.approx(1.17, rel=0.01)
    assert analysis.interval[0] < analysis.estimate < analysis.interval[1]
    assert analysis.p < 0.2 * ALPHA


@pytest.mark.parametrize("seed", range(5))
def test_what_is_as_ever_passes_and_what_lies_between_is_open(seed: int) -> None:
    assert decision(timing(0.0, seed=seed)) is Decision.FINE
    assert decision(timing(0.06, seed=seed)) is Decision.OPEN


def test_a_process_says_nothing_of_the_next_one_where_none_was_recorded() -> None:
    """Were all pairs alike to the last digit, they would share one process."""
    assert decision(timing(2 * OTHER_PROCESS, noise=0.001), BUDGET) is Decision.OPEN
    assert decision(timing(6 * OTHER_PROCESS, noise=0.001), BUDGET) is Decision.WORSE


def test_a_reference_that_differs_from_itself_vetoes() -> None:
    analysis = analyse_pairs(timing(math.log(1.17), bias=0.1), SCREENS, ALPHA)
    assert analysis.decision is Decision.OPEN
    assert "the reference differs from itself" in analysis.veto


def test_a_restless_control_says_how_sure_the_pairs_are() -> None:
    calm = timing(math.log(1.17), noise=0.005)
    restless = replace(calm, controls=timing(0.0, noise=0.5).controls)
    assert decision(calm) is Decision.WORSE
    assert decision(restless) is Decision.OPEN


@pytest.mark.parametrize(("then_s", "said"), [(0.005, Decision.WORSE), (0.004, Decision.OPEN)])
def test_a_little_more_at_another_speed_of_the_machine_is_a_doubt(then_s: float, said: Decision) -> None:
    calls = PairTimes((0.0055,) * 40, (0.005,) * 40)
    recorded = replace(SCREENS, references=(then_s,) * 3)
    assert decision(replace(timing(0.11), calls=calls), recorded) is said
    assert decision(replace(timing(0.25), calls=calls), recorded) is Decision.WORSE


def test_pairs_that_a_neighbour_left_few_of_say_nothing() -> None:
    few = analyse_pairs(timing(math.log(2), quiet=0.6), SCREENS, ALPHA)
    assert (few.decision, few.veto) == (Decision.OPEN, "60% of the pairs were undisturbed")
    assert decision(timing(0.0, quiet=0.6)) is Decision.OPEN


def test_what_no_machine_explains_is_worse_on_a_restless_one_too() -> None:
    """Three times as slow, in every block, where half of the pairs were disturbed."""
    seen = timing(math.log(3.07), noise=0.05, quiet=0.5)
    assert decision(seen, BUDGET) is Decision.WORSE
    assert analyse_pairs(seen, SCREENS, ALPHA).veto == ""


def test_a_doubt_stays_one_on_a_restless_machine() -> None:
    far = timing(math.log(3.07), noise=0.05, quiet=0.5)
    assert decision(timing(math.log(1.9), noise=0.01, quiet=0.5)) is Decision.OPEN
    once = (math.log(2), *far.log_ratios[1:4])
    assert decision(replace(far, log_ratios=(*once, *once, *far.log_ratios[8:]))) is Decision.WORSE
    fast_block = (0.0,) * 4
    assert decision(replace(far, log_ratios=(*fast_block, *far.log_ratios[4:]))) is Decision.OPEN
    restless_control = replace(far, controls=(0.6, *far.controls[1:]))
    assert decision(restless_control) is Decision.WORSE
    assert decision(replace(far, controls=(0.6,) * 4 + far.controls[4:])) is Decision.OPEN


@pytest.mark.parametrize("pairs", [0, 1, 2, 5])
def test_too_few_pairs_say_nothing(pairs: int) -> None:
    analysis = analyse_pairs(timing(math.log(3), pairs=pairs), SCREENS, ALPHA)
    assert (analysis.decision, analysis.blocks, analysis.p) == (Decision.OPEN, 0, 1.0)


def test_without_a_control_nothing_is_said() -> None:
    assert decision(replace(timing(math.log(3)), controls=())) is Decision.OPEN


def test_six_slow_calls_are_enough_for_what_is_twice_as_slow() -> None:
    assert decision(timing(math.log(2), pairs=6)) is Decision.WORSE


@pytest.mark.parametrize(
    ("values", "means"),
    [
        ((), []),
        ((1, 2), [1, 2]),
        (tuple(range(12)), [0.5, 2.5, 4.5, 6.5, 8.5, 10.5]),
        (tuple(range(25)), [1.5, 5.5, 9.5, 13.5, 17.5, 21.5]),
    ],
)
def test_blocks_are_of_neighbours(values: Sequence[float], means: list[float]) -> None:
    assert blocks(values) == means


@settings(max_examples=50)
@given(st.floats(-0.2, 0.3), st.floats(0, 1), st.sampled_from([0.005, 0.05]), st.integers(0, 99))
def test_slower_pairs_are_never_better(ratio: float, slower: float, noise: float, seed: int) -> None:
    order = [Decision.FINE, Decision.OPEN, Decision.WORSE]
    before, after = (decision(timing(r, noise, seed=seed)) for r in (ratio, ratio + slower))
    assert order.index(after) >= order.index(before)


@settings(max_examples=50)
@given(st.integers(0, 999), st.floats(1e-6, 1e-2))
def test_a_smaller_error_rate_never_fails_first(seed: int, alpha: float) -> None:
    seen = timing(0.12, noise=0.03, seed=seed)
    if decision(seen, alpha=alpha / 10) is Decision.WORSE:
        assert decision(seen, alpha=alpha) is Decision.WORSE


def test_an_unchanged_process_is_called_slower_as_rarely_as_promised() -> None:
    """Of processes that lie as far apart as recorded screens do, at an error rate that shows in a thousand."""
    random, level = Random(7), replace(SCREENS, margin=0.0, freedom=math.inf)
    failed = sum(
        decision(timing(random.gauss(0, 0.01), noise=0.005, seed=seed), level, alpha=0.25) is Decision.WORSE
        for seed in range(1000)
    )
    assert failed <= 0.2 * 0.25 * 1000 + 3 * math.sqrt(0.05 * 0.95 * 1000)
