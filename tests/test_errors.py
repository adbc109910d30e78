from __future__ import annotations

from pytest_vidcompress.errors import first_line


def test_the_first_line_that_says_something_stands_for_an_exception() -> None:
    assert first_line(ValueError("\n  shapes differ: \nand a long story")) == "shapes differ:"


def test_an_exception_without_words_is_named_by_its_kind() -> None:
    assert first_line(ZeroDivisionError()) == "ZeroDivisionError"
    assert first_line(MemoryError("  \n ")) == "MemoryError"


def test_an_endless_line_is_cut() -> None:
    assert first_line(ValueError("x" * 10_000)) == "x" * 300 + " ..."
