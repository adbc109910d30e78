"""What happens in a clip of the set `events`, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from .kinds import KINDS
from .layer import Array

FRAMES = 60
"""Length of a clip, frames."""
RATE = 2
"""Frames per second: a clip lasts half a minute."""

LABELS = (*KINDS,)
_MOST = 4
"""Events of a clip."""
_LENGTHS = (24, 56)
_SHORT = (5, 11)
"""Frames of the few that may lie between two looks."""
_SHORT_SHARE = 0.015
_STRENGTHS = (0.65, 1.0)
_HIDDEN = 0.2
"""Share of its strength that something loses where it is hidden most."""


@dataclass(frozen=True)
class Event:
    """One thing that happens."""

    label: str
    start: int
    """Its first frame."""
    length: int
    """Frames."""
    strength: float
    """How much it covers where nothing hides it, 0 ... 1."""
    period: float
    """Frames from one time that something hides it to the next."""
    phase: float
    """Radians."""

    def strength_at(self, frames: Array) -> Array:
        """How much it covers in each of some frames, 0 ... 1; 0 where it is not there."""
        there = (frames >= self.start) & (frames < self.start + self.length)
        hidden = 0.5 + 0.5 * np.sin(2 * np.pi * frames / self.period + self.phase)
        return np.where(there, self.strength * (1 - _HIDDEN * hidden), 0.0)


def plan(seed: int) -> tuple[Event, ...]:
    """The events of the clip of this seed, each of another kind; the first ones of clips take the kinds in turn."""
    rng = np.random.default_rng([seed, 0])
    first = seed % len(LABELS)
    others = (int(k) for k in rng.permutation(len(LABELS)) if k != first)
    kinds = [first, *islice(others, int(rng.integers(_MOST)))]
    return tuple(_event(LABELS[kind], rng) for kind in kinds)


def labels_of(seed: int) -> Sequence[str]:
    """The labels of the clip of this seed."""
    return tuple(event.label for event in plan(seed))


def _event(label: str, rng: np.random.Generator) -> Event:
    low, high = _SHORT if rng.random() < _SHORT_SHARE else _LENGTHS
    length = int(rng.integers(low, high + 1))
    start = int(rng.integers(0, FRAMES - length + 1))
    return Event(
        label,
        start,
        length,
        strength=rng.uniform(*_STRENGTHS),
        period=rng.uniform(6, 17),
        phase=rng.uniform(0, 2 * np.pi),
    )
