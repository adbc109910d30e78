from __future__ import annotations

import pytest

from pytest_vidcompress.present.width import FEWEST, WIDTH, width


@pytest.mark.parametrize(("columns", "used"), [("80", 80), ("250", WIDTH), ("10", FEWEST), ("0", WIDTH)])
def test_lines_are_as_wide_as_the_terminal_but_no_wider_than_one_reads(
    columns: str, used: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    # Of the environment alone: the tests may run on a terminal.
    monkeypatch.setattr("sys.__stdout__", None)
    assert width() == used
