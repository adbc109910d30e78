"""One number of one variant over commits, as it was stored or measured. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..baseline.stored import RECORDED
from ..metrics import COUNT, METRICS, NATS, POINTS, SHARE, Metric

STORED = "baseline"
"""Where numbers of committed baselines come from; others are of run files."""
Deed = Literal["accept", "tighten", "anew"]
"""What a commit did to what was stored: took over what is worse, or what is better, or recorded it again."""


@dataclass(frozen=True, order=True)
class Key:
    """What a series is of: times of two machine classes, or of fresh processes and a test's own, are never one."""

    clip_set: str
    model: str
    weights: str
    variant: str
    metric: str
    machine: str = ""
    """The machine class; empty of what no machine changes."""
    source: str = STORED

    @property
    def row(self) -> Metric:
        return METRICS[self.metric]

    @property
    def is_noisy(self) -> bool:
        """Does it differ from run to run of the same code? What is stored once, or counted, does not."""
        if self.source == STORED:
            return self.row.rule in RECORDED
        return self.row.kind == "accuracy" or (self.row.kind == "machine" and not self.row.precision)


@dataclass(frozen=True)
class Observation:
    """What a commit adds to a series: several runs of one commit are one observation, their mean."""

    place: int
    """Of the commit."""
    value: float
    limit: float | None = None
    """Beyond it the gate would have failed it then; None where nothing was held."""
    reference_s: float | None = None
    """Of the reference's usual call then: how fast the machine was."""


@dataclass(frozen=True)
class Mark:
    """A commit that changed what is stored otherwise than by one more run."""

    place: int
    deed: Deed
    before: float
    after: float


@dataclass(frozen=True)
class Series:
    """By commits, oldest first."""

    key: Key
    observations: Sequence[Observation]
    marks: Sequence[Mark] = ()
    stored: float | None = None
    """What is held to now: the last baseline."""

    @property
    def is_relative(self) -> bool:
        """Are its changes shares of its level? Those of shares are points, and of what may be nothing too."""
        units = SHARE, POINTS, NATS
        return self.key.row.unit not in units and all(each.value > 0 for each in self.observations)

    @property
    def is_counted(self) -> bool:
        return self.key.row.unit is COUNT


def is_worse(metric: Metric, before: float, after: float) -> bool:
    return (after > before) == (metric.better == "lower")
