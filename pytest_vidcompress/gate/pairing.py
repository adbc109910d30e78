"""The same clips in a baseline and in a run: what was lost and what was gained, counted clip by clip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROUNDING = 1e-9
"""0.92 - 0.90 is a little more than 0.02."""


@dataclass(frozen=True)
class Paired:
    """Counts of clips."""

    clips: int
    before: int
    """Those that were right in the baseline."""
    lost: int
    gained: int

    @property
    def now(self) -> int:
        """Those that are right in the run."""
        return self.before - self.lost + self.gained

    @property
    def drop(self) -> float:
        """Net share of clips lost; negative when more were gained."""
        return (self.lost - self.gained) / self.clips if self.clips else 0.0


class Pairing:
    """Outcomes then and now of clips in the order of a run; one at a time, or all at once.

    Args:
        then: of every clip of the run, its earlier outcome; None where there is none, and it does not count.
        reference: of every clip, the reference's outcome; empty where there is no floor.
        share: of what the reference has right among the clips that count, that must be right now.
    """

    def __init__(
        self, then: Sequence[bool | None], reference: Sequence[bool] = (), share: float = 0.0
    ) -> None:
        self._then, self._reference, self._share = then, reference, share
        self._place = self._clips = self._before = self._lost = self._gained = self._reference_right = 0

    def add(self, now: bool) -> None:
        """Counts the next clip."""
        place, self._place = self._place, self._place + 1
        was = self._then[place]
        if was is not None:
            self._clips += 1
            self._before += was
            self._lost += was and not now
            self._gained += now and not was
            self._reference_right += place < len(self._reference) and self._reference[place]

    def add_all(self, outcomes: Iterable[bool]) -> Pairing:
        """Counts the next clips; returns itself."""
        for now in outcomes:
            self.add(now)
        return self

    @property
    def counts(self) -> Paired:
        return Paired(self._clips, self._before, self._lost, self._gained)

    @property
    def empty(self) -> bool:
        """No clip of the run counts."""
        return all(was is None for was in self._then)

    @property
    def floor(self) -> float:
        """Right clips that there must be; 0 for what was stored below it, and so was accepted there."""
        floor = self._share * self._reference_right
        return floor if self._before >= floor - ROUNDING else 0.0
