"""What several processes say that they do, as one: how many tests are over, and what is done meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

from .bar import Bar
from .notice import Notice
from .pace import DETAIL
from .relay import PLANNED, SUFFIX

EVERY_S = 0.5
"""From one look at the files to the next."""
QUIET_S = 0.2
"""Whoever has just written may go on with it for a moment."""


class Joined:
    """Looks at the files of `Relay` now and then, beside whatever else this process does.

    Args:
        folder: of the files.
        make: what shows it, once there is anything to show.
    """

    def __init__(self, folder: Path, make: Callable[[], Bar | Notice | None]) -> None:
        self._folder = folder
        self._make = make
        self._shown: Bar | Notice | None = None
        self._over = set[str]()
        self._planned = frozenset[str]()
        self._lock = Lock()
        self._quiet_until = 0.0
        self._ended = Event()

    def begin(self) -> None:
        Thread(target=self._go_on, daemon=True, name="vidcompress progress").start()

    def end(self) -> None:
        """Nothing is shown any more."""
        self._ended.set()
        with self.wiped():
            pass

    def forget(self, name: str) -> None:
        """A process has ended, in whichever way: what it said last it does no more."""
        (self._folder / f"{name}{SUFFIX}").unlink(missing_ok=True)

    def over(self, test: str) -> None:
        """A test has ended."""
        self._over.add(test)

    @contextmanager
    def wiped(self) -> Generator[None]:
        """What is shown is gone, and comes back when somebody else has written."""
        with self._lock:
            if self._shown is not None:
                self._shown.wipe()
            yield
            self._quiet_until = time.monotonic() + QUIET_S

    def look(self) -> None:
        """Shows what there is, if anything."""
        # What all are doing alike is said once.
        said, planned = [*dict.fromkeys(self._said())], self._all_planned()
        if not said and not planned:
            return
        self._shown = self._shown or self._make()
        if self._shown is None:
            return
        if planned:
            self._shown(DETAIL.join(["tests", *said]), len(self._over & planned), len(planned))
        else:
            self._shown(DETAIL.join(said), 0, 0)

    def _go_on(self) -> None:
        while not self._ended.wait(EVERY_S):
            with self._lock:
                if not self._ended.is_set() and time.monotonic() >= self._quiet_until:
                    self.look()

    def _said(self) -> Iterator[str]:
        """By each process that does anything."""
        for file in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                text = file.read_text(encoding="utf-8", errors="backslashreplace").strip()
            except OSError:
                continue
            if text:
                yield text

    def _all_planned(self) -> frozenset[str]:
        if not self._planned:
            try:
                self._planned = frozenset(json.loads((self._folder / PLANNED).read_text(encoding="utf-8")))
            except (OSError, ValueError):
                return frozenset()
        return self._planned
