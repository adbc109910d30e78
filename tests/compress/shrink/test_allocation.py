from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.shrink.allocation import MULTIPLE, allocate, kept_of
from pytest_vidcompress.compress.shrink.choice import Order


def order(*costs: float) -> Order:
    return Order(tuple(range(len(costs))), costs)


def test_what_costs_least_goes_wherever_it_is() -> None:
    cheap, dear = order(*[0.1] * 10), order(*[1.0] * 10)
    assert allocate({"cheap": cheap, "dear": dear}, 0.4) == {"cheap": 2, "dear": 10}


def test_something_of_every_layer_stays() -> None:
    assert allocate({"cheap": order(*[0.0] * 10), "dear": order(*[1.0] * 10)}, 0.6) == {"cheap": 1, "dear": 7}


def test_what_comes_later_cannot_go_first() -> None:
    """The second removal of this layer is cheap only after its first, which is dear."""
    assert allocate({"steep": order(5.0, 0.0, 9.0, 9.0), "flat": order(1.0, 1.0, 1.0, 9.0)}, 0.25) == {
        "steep": 4,
        "flat": 2,
    }


@given(st.integers(1, 5000), st.floats(0, 0.99))
def test_a_share_leaves_about_its_rest_and_never_nothing(total: int, share: float) -> None:
    left = kept_of(total, share)
    assert 1 <= left <= total + MULTIPLE / 2
    assert abs(left - total * (1 - share)) <= (0.5 + 1e-9 if total < 64 and left > 1 else MULTIPLE)


@pytest.mark.parametrize(
    ("total", "share", "left"), [(4, 0.25, 3), (12, 0.5, 6), (512, 0.6, 208), (3072, 0.5, 1536)]
)
def test_many_neurons_are_left_in_multiples_that_kernels_like(total: int, share: float, left: int) -> None:
    assert kept_of(total, share) == left
