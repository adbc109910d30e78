"""A bar for what takes longer than a moment, on a terminal that can show one."""

from __future__ import annotations

import sys
from typing import Any, TextIO


class Progress:
    """`progress(what, done, total)`: shows a bar under the line that pytest is writing, and takes it away."""

    def __init__(self, file: TextIO | None = None, patience_s: float = 0.5) -> None:
        self._file = file
        self._patience_s = patience_s
        self._bar: Any = None
        self._what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._bar is None or self._what != what or done < self._bar.n:
            self._close()
            self._open(what, total)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._close()

    def _open(self, what: str, total: int) -> None:
        from tqdm import tqdm

        self._what = what
        # leave=False wipes the bar's own line; position 1 keeps it below the dots of pytest.
        self._bar = tqdm(
            total=total,
            desc=what,
            unit="clip",
            delay=self._patience_s,
            leave=False,
            position=1,
            file=self._file or sys.__stderr__,
            ncols=80,
        )

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
