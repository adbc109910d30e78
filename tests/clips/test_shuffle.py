"""A random order of any number of things."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.shuffle import shuffled


@given(st.integers(1, 300), st.text(max_size=4))
def test_every_place_has_another_thing_and_every_thing_a_place(count: int, key: str) -> None:
    assert sorted(shuffled(place, count, key) for place in range(count)) == [*range(count)]


def test_another_key_is_another_order_and_the_same_key_the_same() -> None:
    orders = {key: [shuffled(place, 50, key) for place in range(50)] for key in ("0:0", "0:1", "1:0")}
    assert len({tuple(order) for order in orders.values()}) == 3
    assert [*range(50)] not in orders.values()
    assert orders["0:0"][:5] == [shuffled(place, 50, "0:0") for place in range(5)]


def test_things_need_not_be_few_enough_to_be_held() -> None:
    first = [shuffled(place, 1 << 40, "seed") for place in range(1000)]
    assert len(set(first)) == 1000
    # Anywhere in the range, not near its beginning: a thousand of random places, in quarters.
    quarters = [sum(number >> 38 == quarter for number in first) for quarter in range(4)]
    assert min(quarters) > 200
