"""What techniques that let clips leave early are told: how sure an answer must be, and where they may."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import VidcompressError
from ..parameters import in_range

_NUMBERS = re.compile(r"\d+(\|\d+)*")


@dataclass(frozen=True)
class ExitParameters:
    """Of what lets clips leave early."""

    drop: float = 0.005
    """Share of right answers that may be lost by it, beside what answers where no clip leaves early."""
    threshold: float = 0.0
    """The largest probability of an answer from which on a clip leaves; 0: it is found by `drop`."""
    clips: int = 512
    """That it is found on: clips to train on, behind all that anything was trained on, and where there are none those
    that calibrate."""

    def __post_init__(self) -> None:
        in_range(self, "drop", 0, 1)
        if not 0 <= self.threshold <= 1:
            raise VidcompressError(
                f"threshold={self.threshold:g} is out of range: expected 0 < threshold <= 1, or none to have it found"
            )
        if self.clips < 1:
            raise VidcompressError(f"clips={self.clips} is out of range: expected 1 clip or more")


@dataclass(frozen=True)
class ProbeParameters:
    """After which blocks there are probes, and of what they learn."""

    exits: int = 3
    """As many probes, evenly between the first block and the last."""
    blocks: str = ""
    """Numbers of the blocks, from 1, after which there are some, joined by `|`: then `exits` says nothing."""
    examples: int = 2048
    """Clips that the probes are trained on."""


@dataclass(frozen=True)
class EarlyExit(ExitParameters, ProbeParameters):
    """And how sure a probe must be."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.blocks and not _NUMBERS.fullmatch(self.blocks):
            raise VidcompressError(
                f"blocks={self.blocks} is no choice of blocks: expected their numbers from 1, such as 4|8"
            )
        for name in ("exits", "examples"):
            if getattr(self, name) < 1:
                raise VidcompressError(f"{name}={getattr(self, name)} is out of range: expected 1 or more")

    def places(self, blocks: int) -> tuple[int, ...]:
        """The blocks after which there is a probe, by their numbers from 1, of a model of so many.

        Raises:
            VidcompressError: one is not there, or is the last.
        """
        if self.blocks:
            chosen = sorted({int(number) for number in self.blocks.split("|")})
        else:
            # Half a block is rounded down: what leaves earlier costs less.
            chosen = sorted({blocks * place // (self.exits + 1) for place in range(1, self.exits + 1)} - {0})
        wrong = [number for number in chosen if not 1 <= number < blocks]
        if wrong or not chosen:
            raise VidcompressError(
                f"there is no block {wrong[0] if wrong else 1} to leave after: expected 1 to {blocks - 1}, of the"
                f" {blocks} that the model has without the last"
            )
        return tuple(chosen)
