"""Lines in the place of a bar, where none can be shown: what must be known at once, and at times how far it is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TextIO

from ...printable import printable
from .output import shown
from .pace import Pace

EVERY_S = 60.0
"""A log of hours stays short, and no service takes the run for dead."""


class Notice:
    """`notice(what, done, total)`, as `Bar` is called: a line for some of what is being done, the first time, and one
    whenever none has been said for long.

    Args:
        file: the output.
        lines: how what is being done begins -> the line, with `{}` for all of it.
        every_s: so long nothing is said of how far it is.
    """

    def __init__(self, file: TextIO, lines: Mapping[str, str], every_s: float = EVERY_S) -> None:
        self.pace = Pace()
        self._file = file
        self._lines = lines
        self._every_s = every_s
        self._said: set[str] = set()
        self._spoke = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self.pace.is_told:
            return
        self.pace.count(what, done, total)
        line = next((line for begins, line in self._lines.items() if what.startswith(begins)), "")
        if line and what not in self._said:
            self._said.add(what)
            self._say(line.format(what))
        elif time.monotonic() - self._spoke >= self._every_s:
            self._say(f"vidcompress: {self.pace.sentence}")

    def wipe(self) -> None:
        """What is a line stays."""

    def end(self) -> None:
        """What comes next is something new."""
        self.pace.forget()

    def _say(self, text: str) -> None:
        self._spoke = time.monotonic()
        # pytest may be in the middle of a line of its own.
        self._file.write(f"\n{shown(printable(text), self._file)}\n")
        self._file.flush()
