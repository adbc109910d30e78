"""What is being done and how far it is, for whatever takes longer than a moment, on a terminal that can show it; and
what must be known at once where none can."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import IO

from ..printable import printable
from ..text_table import shorten
from ..width import FEWEST, WIDTH

MAKE_ROOM = "\x1bD\x1b[A"
"""Down, scrolling if need be, and up again: then there is a line below, and the cursor is where it was."""
BELOW, BACK = "\x1b7\x1b[B\r\x1b[2K", "\x1b8"
"""To the start of the line below, emptied; and to where the cursor was."""
DETAIL = "; "
LAYOUT = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"


class Progress:
    """`progress(what, done, total)`: a bar below the line that pytest is writing, wiped when it is full.

    With a total of 0, `what` is shown without a bar, until the next call or `end`. What stands in it behind `; ` may
    change from call to call, as a loss does; the time that is left is told from what was done since the first call.

    Args:
        file: the terminal.
        patience_s: what is counted and done sooner gets no bar.
        every_s: at least this long from one picture to the next.
    """

    def __init__(self, file: IO[str], patience_s: float = 0.5, every_s: float = 0.1) -> None:
        self.about = ""
        """What it is all done for, such as a test; shown before everything."""
        self._file = file
        self._patience_s = patience_s
        self._every_s = every_s
        self._what = ""
        self._done = self._first = 0
        self._began = self._drawn = 0.0
        self._visible = False

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what.partition(DETAIL)[0] != self._what.partition(DETAIL)[0] or done < self._done:
            self._began, self._drawn = now, now + self._patience_s - self._every_s
            self._first = done
        self._what, self._done = what, done
        if not total:
            self._draw(self._title)
        elif done >= total:
            self.end()
        elif now - self._drawn >= self._every_s:
            self._draw(self._bar(total, now - self._began))
            self._drawn = now

    def end(self) -> None:
        """Wipes what is shown."""
        if self._visible:
            self._write(BELOW + BACK)
        self._visible, self._what = False, ""

    @property
    def _title(self) -> str:
        return printable(f"{self.about}: {self._what}" if self.about else self._what)

    def _bar(self, total: int, elapsed_s: float) -> str:
        from tqdm import tqdm

        title = shorten(self._title, self._columns - FEWEST // 2)
        return tqdm.format_meter(
            self._done,
            total,
            elapsed_s,
            ncols=self._columns,
            prefix=title,
            bar_format=LAYOUT,
            initial=self._first,
        )

    def _draw(self, text: str) -> None:
        shown = shorten(text, self._columns)
        self._write(("" if self._visible else MAKE_ROOM) + BELOW + shown + BACK)
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


class Notice:
    """`notice(what, done, total)`, as `Progress` is called: a line for some of what is being done, the first time.

    Args:
        file: the output.
        lines: how what is being done begins -> the line, with `{}` for all of it.
    """

    def __init__(self, file: IO[str], lines: Mapping[str, str]) -> None:
        self._file = file
        self._lines = lines
        self._said: set[str] = set()

    def __call__(self, what: str, done: int, total: int) -> None:
        line = next((line for begins, line in self._lines.items() if what.startswith(begins)), "")
        if line and what not in self._said:
            self._said.add(what)
            # pytest may be in the middle of one of its own.
            self._file.write(f"\n{printable(line.format(what))}\n")
            self._file.flush()
