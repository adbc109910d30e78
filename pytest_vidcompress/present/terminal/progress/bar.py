"""A bar on a terminal that can show one."""

from __future__ import annotations

import os
from typing import TextIO

from ...text_table import shorten
from ...width import FEWEST, WIDTH
from .output import blocks, cells, shown
from .pace import Pace

MAKE_ROOM = "\x1bD\x1b[A"
"""Down, scrolling if need be, and up again: then there is a line below, and the cursor is where it was."""
BELOW, BACK = "\x1b7\x1b[B\r\x1b[2K", "\x1b8"
"""To the start of the line below, emptied; and to where the cursor was."""
LAYOUT = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}"


class Bar:
    """`bar(what, done, total)`: below the line that pytest is writing, wiped when it is full.

    With a total of 0, `what` is shown without a bar, until the next call or `end`. What stands in it behind `; ` may
    change from call to call.

    Args:
        file: the terminal.
        patience_s: what is counted and done sooner gets no bar.
        every_s: at least this long from one picture to the next.
    """

    def __init__(self, file: TextIO, patience_s: float = 0.5, every_s: float = 0.1) -> None:
        self.pace = Pace()
        self._file = file
        self._blocks = blocks(file)
        self._patience_s = patience_s
        self._every_s = every_s
        self._drawn_s = 0.0
        """When, since what is being done began."""
        self._visible = False

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self.pace.is_told:
            return
        if self.pace.count(what, done, total):
            self._drawn_s = self._patience_s - self._every_s
        if not total:
            self._draw(self.pace.title)
        elif done >= total:
            self.end()
        elif self.pace.elapsed_s - self._drawn_s >= self._every_s:
            self._draw(self._picture())
            self._drawn_s = self.pace.elapsed_s

    def wipe(self) -> None:
        """What is shown, until the next call."""
        if self._visible:
            self._write(BELOW + BACK)
        self._visible = False

    def end(self) -> None:
        """Likewise; what comes next is something new."""
        self.wipe()
        self.pace.forget()

    def _picture(self) -> str:
        from tqdm import tqdm

        rate = f", {self.pace.rate}]" if self.pace.rate else "]"
        return tqdm.format_meter(
            self.pace.done,
            self.pace.total,
            self.pace.elapsed_s,
            ncols=self._columns,
            prefix=shorten(shown(self.pace.title, self._file), self._columns - FEWEST),
            ascii=self._blocks,
            bar_format=LAYOUT + rate,
            initial=self.pace.first,
        )

    def _draw(self, text: str) -> None:
        text = shown(text, self._file)
        while cells(text) > self._columns:
            text = shown(shorten(text, len(text) - (cells(text) - self._columns + 1) // 2), self._file)
        self._write(("" if self._visible else MAKE_ROOM) + BELOW + text + BACK)
        self._visible = True

    @property
    def _columns(self) -> int:
        """Of the terminal, but for the last one, behind which some go on below."""
        try:
            columns = os.get_terminal_size(self._file.fileno()).columns
        except (OSError, ValueError):
            columns = WIDTH
        return max(FEWEST, min(WIDTH, columns)) - 1

    def _write(self, text: str) -> None:
        self._file.write(text)
        self._file.flush()
