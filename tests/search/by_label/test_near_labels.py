"""A label that there is not: those that may have been meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.search.by_label.near_labels import MOST, near_labels

LABELS = ("riding a bike", "riding mule", "playing guitar", "air drumming", "bouncing", "baking cookies")


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("ridinga bike", "riding a bike"),
        ("bike", "riding a bike"),
        ("bikes", "riding a bike"),
        ("bounce", "bouncing"),
        ("Playing_Gitar", "playing guitar"),
        ("cookie", "baking cookies"),
    ],
)
def test_the_nearest_comes_first(wanted: str, first: str) -> None:
    assert near_labels(wanted, LABELS)[0] == first


def test_a_word_that_says_nothing_is_near_to_nothing() -> None:
    assert near_labels("a", LABELS) == []
    assert near_labels("xylophone", LABELS) == []


@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=20))
def test_it_names_a_few_of_those_that_there_are(wanted: str, labels: list[str]) -> None:
    found = near_labels(wanted, labels)
    assert len(found) <= MOST
    assert len({*found}) == len(found)
    assert {*found} <= {*labels}
