from __future__ import annotations

import math
from random import Random

import pytest

from pytest_vidcompress.measure.interval import quantile
from pytest_vidcompress.measure.latency.pair_times import PairTimes
from pytest_vidcompress.measure.latency.percentiles import CALLS_OF_P99, Percentiles, slow_clips
from tests.gate.reports import pair_times


def test_percentiles_are_order_statistics_of_the_calls() -> None:
    variant = tuple(0.001 * (100 + (7 * i) % 60) for i in range(60))
    calls = Percentiles.of(PairTimes(variant, (0.1,) * 60))
    assert calls.variant_s == variant
    assert calls.p90 is not None
    assert calls.p90 == pytest.approx(0.153)
    assert calls.p90.low == pytest.approx(0.148)
    assert calls.p90.high == pytest.approx(0.158)
    assert calls.p90_ratio == pytest.approx(1.53)
    assert calls.reference_p90 == pytest.approx(0.1)


def test_p99_and_jitter_are_said_of_calls_that_bound_them() -> None:
    few, enough = (Percentiles.of(pair_times(pairs)) for pairs in (CALLS_OF_P99 - 1, CALLS_OF_P99))
    assert few.p99 is few.jitter is None
    assert enough.p99 is not None
    assert math.isfinite(enough.p99.high)
    longer = Percentiles.of(pair_times(600, noise=0.1))
    assert longer.p99 is not None
    assert longer.jitter is not None
    assert longer.jitter == pytest.approx(longer.p99 - quantile(longer.variant_s, 0.5))
    assert 0 < longer.jitter.low < longer.jitter < longer.jitter.high


def test_what_a_neighbour_slows_is_in_no_percentile() -> None:
    """It slows both arms for longer than a call."""
    calls = Percentiles.of(pair_times(60, late=range(20, 40)))
    assert len(calls.variant_s) < 60
    assert calls.p90 is not None
    assert calls.p90 < 0.06


def test_what_is_slow_by_itself_is() -> None:
    calls = Percentiles.of(pair_times(60, every=8, times=2.0))
    assert len(calls.variant_s) == 60
    assert calls.p90 is not None
    assert calls.p90 > 0.09
    assert calls.p90_ratio is not None
    assert calls.p90_ratio > 1.8
    assert calls.usual_ratio == pytest.approx(1.0, abs=0.05)


def test_the_interval_of_the_ratio_holds_the_true_one() -> None:
    """Of 200 samples of 60 pairs of lognormal calls, whose p90s have the ratio 0.5."""
    held = 0
    for seed in range(200):
        ratio = Percentiles.of(pair_times(60, ratio=0.5, noise=0.05, seed=seed)).p90_ratio
        assert ratio is not None
        held += ratio.low <= 0.5 <= ratio.high
    assert held >= 190


def test_nothing_is_said_of_no_calls() -> None:
    calls = Percentiles.of(PairTimes((), ()))
    assert calls.p90 is calls.p99 is calls.jitter is calls.p90_ratio is calls.p95_beside is None


def test_p95_is_beside_the_usual_call_of_the_same_moment() -> None:
    """The machine gets slower from block to block; the ratio does not."""
    speeds = [1.0 + 0.05 * (pair // 12) for pair in range(60)]
    calls = Percentiles.of(PairTimes(tuple(0.5 * s for s in speeds), tuple(speeds)))
    assert calls.p95_beside == (pytest.approx(0.5), pytest.approx(2.0))


def test_slow_clips_are_those_of_which_every_call_is_slow() -> None:
    random = Random(0)
    clips = tuple(f"clip{pair % 12}" for pair in range(60))
    variant = [0.05 * math.exp(random.gauss(0, 0.02)) for _ in clips]
    for pair, clip in enumerate(clips):
        variant[pair] *= {"clip3": 2.0, "clip7": 1.5}.get(clip, 1.0)
    variant[2] *= 5.0  # once is no clip
    found = slow_clips(PairTimes(tuple(variant), (0.05,) * 60, clips, True))
    assert [*found] == ["clip3", "clip7"]
    assert found["clip3"] == pytest.approx(2.0, rel=0.1)
    assert slow_clips(pair_times(60)) == {}
    assert slow_clips(PairTimes((1.0,) * 4, (1.0,) * 4)) == {}


def test_nothing_is_said_of_the_few_calls_that_a_busy_machine_left() -> None:
    calls = Percentiles.of(pair_times(24, late=range(4, 24)))
    assert 0 < len(calls.variant_s) < 6
    assert calls.p90 is calls.p99 is calls.p90_ratio is calls.p95_beside is None
