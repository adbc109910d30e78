from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.latency.level import Level
from pytest_vidcompress.gate.latency.screen import FEWEST_PAIRS, MISSED, clearly_fine, noise, visible

LEVEL = Level(0.0, math.log(1.05), spread=0.005)

ratios = st.lists(st.floats(-0.5, 0.5), min_size=FEWEST_PAIRS, max_size=60)
levels = st.builds(
    Level, log_ratio=st.floats(-0.3, 0.3), margin=st.floats(0, 0.2), spread=st.floats(0.001, 0.1)
)


def test_what_is_as_fast_as_stored_is_fine_and_what_is_slower_is_a_suspect() -> None:
    steady = [0.001, -0.001] * 8
    assert clearly_fine(steady, LEVEL)
    assert clearly_fine([x - 1 for x in steady], LEVEL)
    assert not clearly_fine([x + 0.049 for x in steady], LEVEL)
    assert not clearly_fine([x + 0.2 for x in steady], LEVEL)


def test_few_pairs_are_never_clearly_fine() -> None:
    assert not clearly_fine([], LEVEL)
    assert not clearly_fine([-1.0] * (FEWEST_PAIRS - 1), LEVEL)
    assert clearly_fine([-1.0] * FEWEST_PAIRS, LEVEL)


def test_noise_makes_a_suspect() -> None:
    wild = [0.3, -0.3] * 8
    assert not clearly_fine(wild, LEVEL)
    # One process may lie beside the others, however well its pairs agree.
    assert not clearly_fine([0.0] * 16, Level(0.0, math.log(1.05), spread=0.05))
    # So may one run, where recorded ones lie apart.
    assert not clearly_fine([0.0] * 16, Level(0.0, math.log(1.05), variance=0.05**2, spread=0.005))


def test_a_burst_is_not_the_rule() -> None:
    steady = [0.001, -0.001, 0.002, -0.002] * 5
    assert clearly_fine([*steady, 2.0, 1.5], LEVEL)


@given(ratios, levels, st.floats(0, 1))
def test_slower_pairs_are_never_finer(values: list[float], level: Level, slower: float) -> None:
    if clearly_fine([value + slower for value in values], level):
        assert clearly_fine(values, level)


@given(ratios, levels, st.floats(0, 0.5))
def test_a_wider_margin_lets_no_less_pass(values: list[float], level: Level, more: float) -> None:
    wider = Level(level.log_ratio, level.margin + more, spread=level.spread)
    assert clearly_fine(values, wider) or not clearly_fine(values, level)


@given(ratios, levels)
def test_more_pairs_of_the_kind_make_no_more_noise(values: list[float], level: Level) -> None:
    assert noise(values * 4, level) <= noise(values, level) * 1.1
    assert noise(values, level) >= level.spread


@given(ratios, levels)
def test_what_is_visible_lies_beyond_the_margin(values: list[float], level: Level) -> None:
    assert visible(values, level) > level.margin


@pytest.mark.parametrize("pairs", [12, 24])
def test_a_regression_of_the_margin_rarely_passes(pairs: int) -> None:
    """Pairs and processes vary as the level says: then the screen misses about as often as it promises."""
    random, missed, runs = Random(1), 0, 1500
    for _ in range(runs):
        process = random.gauss(LEVEL.limit, LEVEL.spread)
        missed += clearly_fine([random.gauss(process, 0.02) for _ in range(pairs)], LEVEL)
    # The middle half of a dozen pairs tells little of their spread.
    assert missed / runs <= 2 * MISSED
