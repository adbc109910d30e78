from __future__ import annotations

from pytest_vidcompress.errors import first_line


def test_the_first_line_that_says_something_stands_for_an_exception() -> None:
    assert first_line(ValueError("\n  shapes differ \nand a long story")) == "shapes differ"


def test_a_line_that_announces_the_next_one_has_it_behind_it() -> None:
    said = "Validation error for field 'frames':\n    TypeError: expected int, got str\nand more"
    assert (
        first_line(ValueError(said))
        == "Validation error for field 'frames': TypeError: expected int, got str"
    )
    assert first_line(ValueError("nothing follows:")) == "nothing follows:"


def test_an_exception_without_words_is_named_by_its_kind() -> None:
    assert first_line(ZeroDivisionError()) == "ZeroDivisionError"
    assert first_line(MemoryError("  \n ")) == "MemoryError"


def test_an_endless_line_is_cut() -> None:
    assert first_line(ValueError("x" * 10_000)) == "x" * 300 + " ..."
