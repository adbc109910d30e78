from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.nesting import enclosed, split_outside
from pytest_vidcompress.errors import VidcompressError

PLAIN = st.text("ab:,+= ", max_size=8)


@given(st.lists(PLAIN, min_size=1, max_size=5))
def test_without_parentheses_it_is_a_plain_split(parts: list[str]) -> None:
    text = "+".join(parts)
    assert split_outside(text, "+") == text.split("+")


@given(PLAIN, PLAIN, PLAIN)
def test_what_stands_in_parentheses_stays_together(before: str, inner: str, after: str) -> None:
    value = f"({inner})"
    head, tail = before.replace(",", ""), after.replace(",", "")
    assert split_outside(f"{head}x={value},{tail}", ",") == [f"{head}x={value}", tail]
    assert enclosed(value) == inner


@pytest.mark.parametrize("path", ["out/a(1)", "out/a(", "a)b", "a (b"])
def test_elsewhere_a_parenthesis_is_a_letter(path: str) -> None:
    assert split_outside(f"artefact:path={path}+fuse", "+") == [f"artefact:path={path}", "fuse"]


def test_parentheses_stand_in_others() -> None:
    text = "first=(a:x=(b+c)+d),then=(e)"
    assert split_outside(text, "+") == [text]
    assert split_outside(text, ",") == ["first=(a:x=(b+c)+d)", "then=(e)"]
    assert enclosed("(a:x=(b+c)+d)") == "a:x=(b+c)+d"


@pytest.mark.parametrize("value", ["a", "", "(a", "a)", "(a)(b)", "(a))", "(a) "])
def test_a_value_is_enclosed_where_its_last_letter_closes_its_first(value: str) -> None:
    assert enclosed(value) is None


def test_one_that_is_not_closed_is_refused() -> None:
    with pytest.raises(VidcompressError, match="a parenthesis is not closed"):
        split_outside("first=(a,then=(b)", ",")
