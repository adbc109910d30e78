from __future__ import annotations

import math
from random import Random

import pytest

from pytest_vidcompress.measure.by_clip.distribution import PLACES, Distribution
from tests.gate.reports import report
from tests.measure.by_clip.costs import uneven


def test_quantiles_are_values_and_their_intervals_hold_them() -> None:
    found = Distribution(tuple(float(each) for each in range(1, 101)))
    assert [getattr(found, place) for place in PLACES] == [50.5, 50, 90, 95]
    # Conover, Practical Nonparametric Statistics, table A3: the 40th and the 61st of a hundred hold the median.
    assert found.p50.interval == (40, 61)
    for place in PLACES:
        value = getattr(found, place)
        assert value.low < value < value.high


def test_an_end_that_too_few_clips_bound_is_open() -> None:
    few, enough = (Distribution(tuple(map(float, range(clips)))) for clips in (71, 72))
    assert (few.p95.high, enough.p95.high) == (math.inf, 71)
    one = Distribution((3.0,))
    assert (one.mean, one.mean.interval) == (3, (-math.inf, math.inf))


def test_in_most_samples_the_interval_of_the_mean_holds_the_mean_of_all_clips() -> None:
    random = Random(0)
    # Skewed, as of a cascade of which every tenth clip costs eight times as much: its mean is 1.7.
    samples = [tuple(8.0 if random.random() < 0.1 else 1.0 for _ in range(120)) for _ in range(40)]
    means = [Distribution(sample).mean for sample in samples]
    assert sum(mean.low <= 1.7 <= mean.high for mean in means) >= 35


def test_of_a_fixed_cost_all_quantiles_are_that() -> None:
    fixed = report()
    assert {getattr(fixed, f"macs_{place}") for place in PLACES} == {1_500_000_000}
    assert fixed.macs_p95 is not None
    assert fixed.macs_p95.interval == (1_500_000_000, 1_500_000_000)
    assert report(macs=None).macs_p95 is None


def test_of_a_cost_that_depends_on_the_clip_a_report_says_each() -> None:
    now = uneven([100, 200, 300, 800])
    assert [now.macs_mean, now.macs_p50, now.macs_p90, now.macs_p95] == [350, 200, 800, 800]
    assert now.macs == 350


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
def test_intervals_know_no_unit(scale: float) -> None:
    values = (1.0, 2.0, 4.0, 7.0, 9.0)
    scaled = Distribution(tuple(scale * each for each in values)).mean
    plain = Distribution(values).mean
    assert [each / scale for each in scaled.interval] == pytest.approx(plain.interval)
    assert plain.low < plain < plain.high
