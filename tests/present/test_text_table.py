from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.present.printable import printable
from pytest_vidcompress.present.text_table import columns, shorten


@given(st.text(max_size=50), st.integers(1, 40))
def test_shorten_fits(name: str, width: int) -> None:
    short = shorten(name, width)
    assert len(short) <= width
    assert short == printable(name) or "…" in short


def test_shorten_keeps_both_ends() -> None:
    assert shorten("shrink:mlp=0.3,heads=0.25+fp16", 15) == "shrink:…25+fp16"


def test_columns_are_as_wide_as_what_is_shown() -> None:
    assert columns(["a", "b"], [["x\x1b[31m", "2"]]) == ["a          b", "---------  -", r"x\x1b[31m  2"]


def test_columns_leave_names_alone() -> None:
    assert columns(["a", "b"], [["1e5", "2"], ["x", "10"]], right=[1]) == [
        "a     b",
        "---  --",
        "1e5   2",
        "x    10",
    ]
