from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.plugin import option_values as values


@given(st.integers(0, 10**6))
def test_whole_numbers_come_as_text_or_as_numbers(number: int) -> None:
    assert values.whole(number) == values.whole(str(number)) == number


@given(st.integers(0, 10_000))
def test_a_share_is_written_as_a_number_or_in_percent(basis_points: int) -> None:
    share = basis_points / 10_000
    assert values.share(share) == values.share(str(share)) == share
    assert values.share(f"{100 * share}%") == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("500MB", 500e6), ("20 gb", 20e9), ("1.5GiB", 1.5 * 2**30), ("2TB", 2e12), ("64KiB", 2**16)],
)
def test_sizes_have_units(text: str, size: float) -> None:
    assert values.size_bytes(text) == size


def test_what_is_not_given_stays_so() -> None:
    assert values.count(None) is None
    assert values.views(None) is None
    assert values.views("published") == "published"


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (values.whole, "-1", "a whole number of at least 0"),
        (values.count, "0", "a whole number of at least 1"),
        (values.count, "ten", "a whole number of at least 1"),
        (values.number, "nan", "a number of at least 0"),
        (values.number, "inf", "a number of at least 0"),
        (values.share, "101%", "a share from 0 to 1"),
        (values.share, "nan", "a share from 0 to 1"),
        (values.size_bytes, "20", "a size such as 20GB"),
        (values.size_bytes, "-1GB", "a size such as 20GB"),
        (values.views, "5x2", "CLIPSxCROPS with 1 or 3 crops"),
        (lambda text: values.choice(text, ("a", "b")), "c", "one of a, b"),
    ],
)
def test_what_was_given_and_what_was_expected_are_said(parse, text: str, expected: str) -> None:
    with pytest.raises(VidcompressError, match=rf"^{re.escape(text)}: expected {re.escape(expected)}"):
        parse(text)
