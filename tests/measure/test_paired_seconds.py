from __future__ import annotations

import math

import pytest

from pytest_vidcompress.measure.paired_seconds import PairedSeconds


def test_the_ratio_is_the_median_of_the_pairs() -> None:
    pairs = PairedSeconds((0.2,) * 8, (0.1,) * 8, 8)
    assert pairs.ratio == pytest.approx(2.0)
    assert pairs.confirmation.spent[-1] == 1.0
    assert pairs.log_ratios == pytest.approx((math.log(2),) * 8)


def test_a_pair_that_a_neighbour_disturbed_does_not_count() -> None:
    pairs = PairedSeconds((0.1,) * 8 + (0.9,), (0.1,) * 9, 9)
    assert len(pairs.log_ratios) == 8


def test_of_nothing_there_is_no_ratio() -> None:
    assert PairedSeconds().ratio is None
    assert PairedSeconds().confirmation.turns == ()
