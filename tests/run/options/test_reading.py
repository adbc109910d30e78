from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.options import reading


@given(st.integers(0, 10**6))
def test_whole_numbers_come_as_text_or_as_numbers(number: int) -> None:
    assert reading.whole(number) == reading.whole(str(number)) == number


def test_starts_are_none_or_as_many_as_decide_something() -> None:
    assert [reading.starts(each) for each in (0, "0", "6", 40)] == [0, 0, 6, 40]
    for text in ("1", "5", "-1", "many"):
        with pytest.raises(VidcompressError, match=f"^{text}: expected"):
            reading.starts(text)


@given(st.integers(0, 10_000))
def test_a_share_is_written_as_a_number_or_in_percent(basis_points: int) -> None:
    share = basis_points / 10_000
    assert reading.share(share) == reading.share(str(share)) == share
    assert reading.share(f"{100 * share}%") == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("500MB", 500e6), ("20 gb", 20e9), ("1.5GiB", 1.5 * 2**30), ("2TB", 2e12), ("64KiB", 2**16)],
)
def test_sizes_have_units(text: str, size: float) -> None:
    assert reading.size_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "value"), [("0.05", 0.05), ("5%", 0.05), ("1", 1), ("200 %", 2), (0.3, 0.3)]
)
def test_a_margin_beyond_the_whole_is_said_in_percent(text: object, value: float) -> None:
    assert reading.margin(text) == value


def test_reports_are_one_file_or_several() -> None:
    assert reading.report_files("a b.html") == (Path("a b.html"),)
    assert reading.report_files(["a.html", "b.JSON", "a.html"]) == (Path("a.html"), Path("b.JSON"))
    with pytest.raises(VidcompressError, match=r"^b\.csv: expected"):
        reading.report_files(["a.html", "b.csv"])
    assert reading.json_files(["a.json", "b.JSON"]) == (Path("a.json"), Path("b.JSON"))
    with pytest.raises(VidcompressError, match=r"^a\.html: expected a file that ends in \.json"):
        reading.json_files("a.html")


def test_a_path_may_start_at_the_home_folder() -> None:
    assert reading.folder("~/cache") == reading.path("~/cache") == Path.home() / "cache"


def test_what_is_not_given_stays_so() -> None:
    assert reading.path(None) is None
    assert reading.text(None) == ""
    assert reading.names(None) == reading.report_files(None) == reading.json_files(None) == ()
    assert reading.names([""]) == reading.report_files([""]) == reading.report_files("") == ()
    assert reading.count(None) is None
    assert reading.views(None) is None
    assert reading.views("published") == "published"


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (reading.whole, "-1", "a whole number of at least 0"),
        (reading.count, "0", "a whole number of at least 1"),
        (reading.count, "ten", "a whole number of at least 1"),
        (reading.number, "nan", "a number of at least 0"),
        (reading.number, "inf", "a number of at least 0"),
        (reading.share, "101%", "a share from 0 to 1"),
        (reading.share, "nan", "a share from 0 to 1"),
        (reading.share, "5", "a share from 0 to 1, such as 0.05 or 5%"),
        (reading.margin, "5", "a share from 0 to 1, such as 0.05 or 5%, or more in percent"),
        (reading.margin, "-0.1", "a share from 0 to 1"),
        (reading.margin, "-1%", "a share from 0 to 1"),
        (reading.margin, "nan", "a share from 0 to 1"),
        (reading.margin, "inf", "a share from 0 to 1"),
        (reading.margin, "inf%", "a share from 0 to 1"),
        (reading.margin, "wide", "a share from 0 to 1"),
        (reading.positive, "0", "a whole number of at least 1"),
        (reading.report_files, "r.csv", "a file that ends in .html or .md or .json"),
        (reading.report_files, "r", "a file that ends in .html or .md or .json"),
        (reading.size_bytes, "20", "a size such as 20GB"),
        (reading.size_bytes, "-1GB", "a size such as 20GB"),
        (reading.views, "5x2", "CLIPSxCROPS with 1 or 3 crops"),
        (reading.choice(("a", "b")), "c", "one of a, b"),
    ],
)
def test_what_was_given_and_what_was_expected_are_said(parse, text: str, expected: str) -> None:
    with pytest.raises(VidcompressError, match=rf"^{re.escape(text)}: expected {re.escape(expected)}"):
        parse(text)
