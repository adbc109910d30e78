from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.latency.run_spread import Spread, common

spreads = st.builds(Spread, st.floats(1e-6, 1e3), st.integers(1, 9).map(float))


def drawn(chance: random.Random, freedom: int, variance: float = 1.0) -> Spread:
    """An estimate of a variance, as that many runs and one more would give it."""
    return Spread(sum(chance.gauss(0, 1) ** 2 for _ in range(freedom)) / freedom * variance, freedom)


def test_moderation_weighs_by_what_each_knows() -> None:
    assert Spread(1.0, 2).moderated(Spread(4.0, 1)) == Spread(2.0, 3)
    assert Spread(1.0, 2).moderated(Spread(1.0, 7)) == Spread(1.0, 9)


@pytest.mark.parametrize("freedom", [2, 4, 9])
def test_variances_that_differ_by_chance_are_pooled(freedom: int) -> None:
    chance = random.Random(0)
    found = [common([drawn(chance, freedom) for _ in range(8)]) for _ in range(300)]
    pooled = [each for each in found if each.freedom == 8 * freedom]
    assert len(pooled) > len(found) / 3
    assert sorted(each.variance for each in found)[150] == pytest.approx(1.0, rel=0.15)


def test_variances_from_a_wide_law_are_hardly_pooled() -> None:
    chance = random.Random(0)
    # Scaled inverse chi-square of three degrees of freedom, the law that is fitted.
    found = sorted(
        common([drawn(chance, 9, 3 / (3 * drawn(chance, 3).variance)) for _ in range(40)]).freedom
        for _ in range(100)
    )
    assert 2 < found[50] < 4.5
    assert found[-5] < 20


@given(st.lists(spreads, min_size=2, max_size=12))
def test_a_suite_is_never_surer_than_all_of_it(each: list[Spread]) -> None:
    found = common(each)
    assert 0 < found.freedom <= sum(spread.freedom for spread in each) * (1 + 1e-6)
    assert found.variance > 0


@given(st.lists(spreads, min_size=2, max_size=12), st.floats(1e-3, 1e3))
def test_it_scales(each: list[Spread], factor: float) -> None:
    one, other = common(each), common([Spread(factor * s.variance, s.freedom) for s in each])
    assert other.variance == pytest.approx(factor * one.variance, rel=1e-4)
    assert other.freedom == pytest.approx(one.freedom, rel=1e-4)


@given(st.lists(spreads, min_size=2, max_size=12))
def test_the_order_does_not_matter(each: list[Spread]) -> None:
    one, other = common(each), common(each[::-1])
    assert (one.variance, one.freedom) == pytest.approx((other.variance, other.freedom), rel=1e-6)
