from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.shrink.allocation import (
    LEAST_SHARE,
    MULTIPLE,
    allocate,
    kept_of,
    largest_share,
    least_kept,
    smallest_share,
)
from pytest_vidcompress.compress.shrink.choice import Order, random_order


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


def test_by_chance_every_layer_loses_some_and_others_for_another_seed() -> None:
    by_seed = [
        allocate({f"{layer}": random_order(48, 100 * seed + layer) for layer in range(12)}, 0.5)
        for seed in range(2)
    ]
    for left in by_seed:
        assert sum(left.values()) == 12 * 24
        assert 10 < min(left.values()) < 24 < max(left.values()) < 38
    assert by_seed[0] != by_seed[1]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=4), st.floats(0, 1 - LEAST_SHARE))
def test_as_many_go_wherever_it_costs_least_as_where_the_same_share_goes(
    totals: list[int], share: float
) -> None:
    orders = {f"{layer}": order(*[float(layer)] * total) for layer, total in enumerate(totals)}
    left = allocate(orders, share)
    assert sum(left.values()) == sum(kept_of(total, share) for total in totals)
    assert all(left[f"{layer}"] >= least_kept(total) for layer, total in enumerate(totals))


@given(st.integers(1, 5000), st.floats(0, 0.99))
def test_a_share_leaves_about_its_rest_and_never_nothing(total: int, share: float) -> None:
    left = kept_of(total, share)
    assert 1 <= left <= total
    assert abs(left - total * (1 - share)) <= (0.5 + 1e-9 if total < 64 and left > 1 else MULTIPLE)


@pytest.mark.parametrize(
    ("total", "share", "left"), [(4, 0.25, 3), (12, 0.5, 6), (512, 0.6, 208), (3072, 0.5, 1536)]
)
def test_many_neurons_are_left_in_multiples_that_kernels_like(total: int, share: float, left: int) -> None:
    assert kept_of(total, share) == left


@pytest.mark.parametrize(("total", "share"), [(300, 0.0), (70, 0.02), (1, 0.0)])
def test_no_more_are_left_than_there_are(total: int, share: float) -> None:
    assert kept_of(total, share) == total


@given(st.integers(2, 5000))
def test_the_smallest_share_takes_some_and_the_largest_all_that_can_go(total: int) -> None:
    fewest, most = (total - kept_of(total, share(total)) for share in (smallest_share, largest_share))
    assert 1 <= fewest <= MULTIPLE
    assert fewest <= most == total - kept_of(total, 1)
    assert kept_of(total, smallest_share(total) / 3) == total or total % MULTIPLE
