from __future__ import annotations

import math
from random import Random

import pytest
import torch

from pytest_vidcompress.measure.accuracy.resampling import RESAMPLES, resamples
from pytest_vidcompress.measure.interval import bca_interval, mean_interval


def test_as_many_clips_are_drawn_as_there_are_and_always_the_same_ones() -> None:
    drawn = resamples(40)
    assert drawn.shape == (RESAMPLES, 40)
    assert (drawn.sum(1) == 40).all()
    assert (drawn == resamples(40)).all()
    # A clip is left out of a resample with chance 0.36.
    assert float((drawn == 0).float().mean()) == pytest.approx((1 - 1 / 40) ** 40, abs=0.02)


def test_of_a_mean_it_is_about_the_usual_interval() -> None:
    random = Random(0)
    values = [random.gauss(0.7, 0.2) for _ in range(200)]
    means = (resamples(200).double() @ torch.tensor(values).double() / 200).tolist()
    assert bca_interval(values, means) == pytest.approx(mean_interval(values), abs=0.006)


def test_of_skewed_contributions_it_reaches_further_to_their_longer_side() -> None:
    values = [0.0] * 55 + [1.0] * 5
    means = (resamples(len(values)).double() @ torch.tensor(values).double() / len(values)).tolist()
    value, low, high = bca_interval(values, means)
    assert high - value > 1.2 * (value - low)


def test_what_never_varies_is_known() -> None:
    assert bca_interval([0.5] * 9, [0.5] * RESAMPLES) == (0.5, 0.5, 0.5)


def test_of_no_clips_nothing_is_known() -> None:
    value, low, high = bca_interval([], [])
    assert math.isnan(value)
    assert (low, high) == (-math.inf, math.inf)
    assert resamples(0).shape == (RESAMPLES, 0)


def test_a_number_beyond_all_resamples_stays_within_its_interval() -> None:
    value, low, high = bca_interval([1.0] * 9 + [0.99], [0.9 + 0.0001 * i for i in range(500)])
    assert low <= value <= high
