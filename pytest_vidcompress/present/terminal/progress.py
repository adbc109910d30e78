"""A bar for what takes longer than a moment, on a terminal that can show one."""

from __future__ import annotations

import time
from typing import IO

from ..printable import printable

WIDTH = 80
MAKE_ROOM = "\x1bD\x1b[A"
"""Down, scrolling if need be, and up again: then there is a line below, and the cursor is where it was."""
BELOW, BACK = "\x1b7\x1b[B\r\x1b[2K", "\x1b8"
"""To the start of the line below, emptied; and to where the cursor was."""


class Progress:
    """`progress(what, done, total)`: a bar below the line that pytest is writing, wiped when it is full.

    Args:
        file: the terminal.
        patience_s: what is done sooner gets no bar.
        every_s: at least this long from one picture to the next.
    """

    def __init__(self, file: IO[str], patience_s: float = 0.5, every_s: float = 0.1) -> None:
        self._file = file
        self._patience_s = patience_s
        self._every_s = every_s
        self._what = ""
        self._done = 0
        self._began = self._drawn = 0.0
        self._visible = False

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what or done < self._done:
            self._wipe()
            self._what, self._began, self._drawn = what, now, now + self._patience_s - self._every_s
        self._done = done
        if done >= total:
            self._wipe()
            self._what = ""
        elif now - self._drawn >= self._every_s:
            self._draw(total, now)

    def _draw(self, total: int, now: float) -> None:
        from tqdm import tqdm

        bar = tqdm.format_meter(
            self._done, total, now - self._began, ncols=WIDTH, prefix=printable(self._what), unit="clip"
        )
        self._write(("" if self._visible else MAKE_ROOM) + BELOW + bar + BACK)
        self._visible, self._drawn = True, now

    def _wipe(self) -> None:
        if self._visible:
            self._write(BELOW + BACK)
            self._visible = False

    def _write(self, text: str) -> None:
        self._file.write(text)
        self._file.flush()
