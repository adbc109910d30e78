"""What is being done, how far it is, how fast it gets on and how long the rest will take at that."""

from __future__ import annotations

import time

from ...printable import printable

DETAIL = "; "
"""What stands behind it may change from count to count, as a loss does."""
MINUTE, HOUR = 60, 3600


class Pace:
    """Of one thing after the other, told from what was done since it began: an earlier run may have done some."""

    def __init__(self) -> None:
        self.about = ""
        """What it is all done for, such as a test; shown before everything."""
        self.done = self.total = self.first = 0
        self.is_told = True
        """Is anybody to see of it? Not while others write what must not be interrupted."""
        self._what = ""
        self._began = self._now = 0.0

    def count(self, what: str, done: int, total: int) -> bool:
        """Takes note. Has something new begun?"""
        self._now = time.monotonic()
        begins = what.partition(DETAIL)[0] != self._what.partition(DETAIL)[0] or done < self.done
        if begins:
            self.first, self._began = done, self._now
        self._what, self.done, self.total = what, done, total
        return begins

    def forget(self) -> None:
        """Whatever comes next is something new."""
        self._what = ""

    @property
    def title(self) -> str:
        return printable(f"{self.about}: {self._what}" if self.about else self._what)

    @property
    def elapsed_s(self) -> float:
        return self._now - self._began

    @property
    def rate(self) -> str:
        """`16/s`, or `2.5 s each` for what takes longer; nothing before the first is done."""
        done = self.done - self.first
        if done <= 0 or self.elapsed_s <= 0:
            return ""
        per_s = done / self.elapsed_s
        return f"{_two_digits(per_s)}/s" if per_s >= 1 else f"{duration(1 / per_s)} each"

    @property
    def left(self) -> str:
        """`2 min left` of all that is counted; nothing before the first is done."""
        if not (self.rate and self.total):
            return ""
        return f"{duration(self.elapsed_s * (self.total - self.done) / (self.done - self.first))} left"

    @property
    def sentence(self) -> str:
        """`clips: 412 of 1,000, 4.1/s, 2 min left`, as far as it is known, and then what may change."""
        counted = f"{self.done:,} of {self.total:,}" if self.total else ""
        parts = [part for part in (counted, self.rate, self.left) if part]
        if not parts:
            return self.title
        what, changes, detail = self.title.partition(DETAIL)
        return f"{what}: {', '.join(parts)}{changes}{detail}"


def duration(seconds: float) -> str:
    """`2.5 s`, `42 s`, `3 min`, `1 h 20 min`."""
    if round(seconds) < MINUTE:
        return f"{_two_digits(seconds)} s"
    hours, minutes = divmod(round(seconds / MINUTE), HOUR // MINUTE)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours))


def _two_digits(number: float) -> str:
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"
