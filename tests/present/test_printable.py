from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.present.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("prune-global:amount=0.4+fp16, ±5 %, …, 走る", "prune-global:amount=0.4+fp16, ±5 %, …, 走る"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[31mred\x9b0m\x07", r"\x1b[31mred\x9b0m\x07"),
        ("gpj.\u202eexe\u2066\u2028", r"gpj.\u202eexe\u2066\u2028"),
        ("not UTF-8 \udcff, no character \uffff", r"not UTF-8 \udcff, no character \uffff"),
        ("test_it.py::test_holds[a]", "test_it.py::test_holds[a]"),
        ("::error title=x::y", r"\x3a:error title=x::y"),
        ("held\n::error::y, and ::warning::z", r"held\n::error::y, and \x3a:warning::z"),
        ("at the end ##[error]x, a list #[1]", r"at the end #\x23[error]x, a list #[1]"),
    ],
)
def test_what_is_not_plain_text_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text() | st.text("#[: \n"))
def test_any_text_is_one_line_and_no_command(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert not re.search(r"(^|\s)::|##\[", shown)
    assert printable(shown) == shown
