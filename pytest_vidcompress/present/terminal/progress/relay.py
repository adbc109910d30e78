"""What a process does whose terminal is another's: a line in a file, which that one reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ....processes.whole_file import write_whole
from .pace import Pace

PLANNED, SUFFIX = "planned.json", ".now"
"""Names of files: of the tests that measure, and how that ends of what a process does now."""


class Relay:
    """`relay(what, done, total)`, as `Bar` is called. Nothing is said where the file cannot be written.

    Args:
        folder: that of all such processes.
        name: of this one among them.
        every_s: at least this long from one line to the next.
    """

    def __init__(self, folder: Path, name: str, every_s: float = 0.5) -> None:
        self.pace = Pace()
        self._file = folder / f"{name}{SUFFIX}"
        self._every_s = every_s
        self._told_s = 0.0
        """When, since what is being done began."""

    def __call__(self, what: str, done: int, total: int) -> None:
        begins = self.pace.count(what, done, total)
        if begins or self.pace.elapsed_s - self._told_s >= self._every_s:
            self._told_s = self.pace.elapsed_s
            replace(self._file, self.pace.sentence)

    def end(self) -> None:
        """Nothing is being done."""
        self.pace.forget()
        replace(self._file, "")


def plan(folder: Path, tests: Iterable[str]) -> None:
    """Says which tests measure. All processes have the same: whoever is last overwrites it with itself."""
    replace(folder / PLANNED, json.dumps(sorted(tests)))


def replace(file: Path, text: str) -> None:
    """At once: whoever reads meanwhile finds what was there before, or all of it."""
    with suppress(OSError):
        write_whole(file, text.encode(errors="backslashreplace"))
