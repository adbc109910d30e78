"""What pairs of cold starts say: the ratio, its interval, the parts, the memory."""

from __future__ import annotations

import math

import pytest

from pytest_vidcompress.measure.start.cold_start import (
    ColdStart,
    Start,
    own_bytes,
    parts_s,
    peak_bytes,
    total_s,
)
from tests.gate.reports import cold_starts

ONE = ColdStart(0.2, 0.1, 0.3, own_bytes=5, imported_bytes=100)
OTHER = ColdStart(0.1, 0.1, 0.1)


def test_a_start_is_the_sum_of_its_parts() -> None:
    assert ONE.total_s == pytest.approx(0.6)
    assert ONE.peak_bytes == 105
    assert OTHER.peak_bytes is None


def test_the_ratio_is_of_whole_starts_and_its_parts_are_shares_of_the_reference() -> None:
    start = Start((ONE,) * 8, (OTHER,) * 8, 8)
    assert start.ratio == pytest.approx(2.0)
    assert start.shares == pytest.approx((0.2 / 0.3, 0.1 / 0.3, 1.0))
    assert sum(start.shares) == pytest.approx(start.ratio)


def test_six_pairs_have_an_interval_and_five_have_none() -> None:
    few, enough = (cold_starts(pairs=pairs).ratio for pairs in (5, 6))
    assert few is not None
    assert enough is not None
    assert few.interval == (0.0, math.inf)
    assert 0.9 < enough.low < enough < enough.high < 1.1


def test_pairs_that_a_neighbour_disturbed_do_not_count() -> None:
    calm = cold_starts(math.log(1.3), pairs=12)
    assert len(cold_starts(math.log(1.3), pairs=12, disturbed=4).log_ratios) == 8
    assert calm.ratio == pytest.approx(1.3, rel=0.03)


def test_what_has_no_start_has_no_ratio() -> None:
    absent = Start(absent="it holds a lock")
    assert (absent.ratio, absent.shares, absent.confirmation.turns) == (None, (), ())


def test_medians_are_of_what_is_known() -> None:
    assert parts_s([ONE, OTHER, OTHER]) == (0.1, 0.1, 0.1)
    assert total_s([ONE, OTHER, OTHER]) == pytest.approx(0.3)
    assert (own_bytes([ONE, OTHER]), peak_bytes([ONE, OTHER])) == (5, 105)
    assert (own_bytes([OTHER]), peak_bytes([OTHER]), parts_s([])) == (None, None, ())
