from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_vidcompress.measure.divergence.divergence import (
    LEAST,
    OUTLIER,
    BlockError,
    Divergence,
    first_outlier,
)


def of(*blocks: tuple[float | None, float | None], before: float = 0.0) -> Divergence:
    """Blocks `a`, `b` ... with `(error, own)`."""
    named = (BlockError(chr(ord("a") + k), *errors) for k, errors in enumerate(blocks))
    return Divergence(tuple(named), before=before)


def test_the_block_that_errs_by_itself_is_the_first_and_not_the_one_where_its_error_is_largest() -> None:
    found = of((0.02, 0.02), (0.03, 0.02), (0.41, 0.4), (0.9, 0.02))
    assert found.first == 2
    assert found.error_before(2) == 0.03


def test_of_two_that_stand_out_it_is_the_first() -> None:
    assert of((0.0, 0.0), (0.4, 0.4), (0.9, 0.8)).first is None, "they explain each other"
    assert of((0.01, 0.01), (0.4, 0.4), (0.42, 0.01), (0.9, 0.8), (0.91, 0.01)).first == 1


def test_where_all_err_alike_none_stands_out() -> None:
    assert of((0.33, 0.33), (0.40, 0.23), (0.45, 0.22), (0.43, 0.2)).first is None


def test_rounding_is_no_error() -> None:
    assert of((0.0, 0.0), (1e-4, 1e-4), (LEAST / 2, LEAST / 2)).first is None
    assert of((0.0, 0.0), (LEAST, LEAST)).first == 1


@pytest.mark.parametrize(("times", "number"), [(OUTLIER, 1), (OUTLIER * 0.99, None)])
def test_an_outlier_is_so_many_times_the_median_of_the_others_that_err(
    times: float, number: int | None
) -> None:
    assert first_outlier((0.0, times * 0.02, 0.01, 0.02, 0.03, 0.0)) == number


def test_what_stands_alone_needs_no_others() -> None:
    assert first_outlier((0.5,)) == 0
    assert first_outlier(()) is None


def test_a_block_that_does_not_take_the_reference_s_input_adds_what_the_error_grows_by() -> None:
    found = of((0.1, 0.1), (0.3, None), (None, 0.05), (0.2, None))
    assert found.added == pytest.approx((0.1, 0.2, 0.05, 0.0))


def test_two_blocks_of_which_one_undoes_the_other_count_as_one() -> None:
    """Scales that moved from a norm into the layer behind it, as measured on int8-static."""
    scaled = of((0.0086, 0.0062), (0.0098, 0.0042), (0.0081, 0.0035), (0.134, 0.134), (0.0154, 0.0634))
    assert scaled.added == pytest.approx((0.0062, 0.0042, 0.0035, 0.0, 0.0073))
    assert scaled.first is None
    fused = of((0.0086, 0.0062), (0.0098, 0.0042), (0.0062, 0.0027), (0.0152, 0.0634))
    assert fused.added[2:] == pytest.approx((0.0027, 0.009))


def test_what_comes_before_the_first_block_is_told_from_it() -> None:
    found = of((0.4, 0.001), (0.4, 0.001), before=0.41)
    assert found.is_before
    assert found.first is None
    assert found.error_before(0) == 0.41
    assert not replace(found, before=0.0).is_before


def test_nothing_compared_is_no_block() -> None:
    assert (Divergence().first, Divergence().is_before, Divergence().added) == (None, False, ())
