"""From clips' files to the answers: what is decoded, what the model takes, and its stages. Pure.

The unit is a round: every clip of a few once, so that two rounds are of the same work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..interval import Estimate, median_interval
from ..paired_seconds import PairedSeconds

ANSWER, DECODE, MODEL = "answer", "decode", "model"
"""All of it: what is decoded, with resizing, cutting and scaling, and then the model with all its stages."""


@dataclass(frozen=True)
class Round:
    """Of one arm: seconds a clip, means of a few clips."""

    decode_s: float
    model_s: float
    stages_s: Mapping[str, float] = field(default_factory=dict[str, float])
    """Parts of `model_s`, as far as they show."""

    @property
    def total_s(self) -> float:
        return self.decode_s + self.model_s

    def seconds(self, part: str) -> float | None:
        """Of `ANSWER`, `DECODE`, `MODEL` or a stage; None of one that does not show."""
        whole = {ANSWER: self.total_s, DECODE: self.decode_s, MODEL: self.model_s}
        return whole[part] if part in whole else self.stages_s.get(part)


@dataclass(frozen=True)
class FromFile:
    """Rounds of a variant and its reference, in turns; all of them, or why there are none."""

    variant: tuple[Round, ...] = ()
    reference: tuple[Round, ...] = field(default=(), repr=False)
    planned: int = 0
    """Rounds, if nothing is decided before."""
    clips: int = 0
    """Files of a round."""
    absent: str = ""
    """Why there is no way from a file to the answer, in words."""

    def pairs(self, part: str = ANSWER) -> PairedSeconds:
        """Of a part of the way; empty of one that only one of both shows."""
        own, other = (_seconds(arm, part) for arm in (self.variant, self.reference))
        return PairedSeconds(own, other, self.planned) if own and other else PairedSeconds()

    def ratio(self, part: str = ANSWER) -> Estimate | None:
        """Variant over reference; None where there are no pairs."""
        return self.pairs(part).ratio

    def seconds(self, part: str = ANSWER) -> Estimate | None:
        """Of the variant, a clip: median of the rounds; None of what does not show."""
        return seconds_of(self.variant, part)

    def reference_seconds(self, part: str = ANSWER) -> Estimate | None:
        return seconds_of(self.reference, part)

    @property
    def stages(self) -> tuple[str, ...]:
        """Of the model, those that either arm shows."""
        return tuple(dict.fromkeys(name for arm in (self.reference, self.variant) for name in _stages(arm)))


Stop = Callable[[FromFile], bool]
"""Have these rounds said enough?"""


def seconds_of(rounds: Sequence[Round], part: str = ANSWER) -> Estimate | None:
    """A clip's, median of the rounds; None of what does not show."""
    found = _seconds(rounds, part)
    return Estimate(*median_interval(found)) if found else None


def clips_per_s(rounds: Sequence[Round]) -> float | None:
    """One clip after the other, nothing decoded ahead; None of no rounds."""
    seconds = seconds_of(rounds)
    return 1 / seconds if seconds else None


def _seconds(rounds: Sequence[Round], part: str) -> tuple[float, ...]:
    found = [each.seconds(part) for each in rounds]
    return tuple(each for each in found if each is not None)


def _stages(rounds: Sequence[Round]) -> Sequence[str]:
    return [*rounds[0].stages_s] if rounds else []
