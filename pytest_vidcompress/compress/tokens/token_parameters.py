"""What recipes say of techniques of tokens."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import VidcompressError
from ..parameters import one_of
from .token_budget import STAGES, TokenBudget

PLACES = ("same", "own")


@dataclass(frozen=True)
class MergeTokens(TokenBudget):
    proportional: bool = False
    """A merged token counts in attention as often as it stands for others: scores get the logarithm of its size."""
    places: str = PLACES[0]
    """Of TimeSformer: the `same` are merged in all frames, by their mean likeness, or of each frame its `own`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self, "places", PLACES)


@dataclass(frozen=True)
class DropTokens(TokenBudget):
    seed: int = 0
    """Which go; chosen once, for all clips alike."""
    places: str = PLACES[0]
    """Of TimeSformer: the `same` in all frames, or of each frame its `own`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self, "places", PLACES)


@dataclass(frozen=True)
class PruneTokens(TokenBudget):
    schedule: str = STAGES
    """The one that the method is made of."""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self, "schedule", (STAGES,))


@dataclass(frozen=True)
class RunLength:
    threshold: float = 0.1
    """Mean difference of normalized pixels up to which a patch stands still."""
    weighted: bool = True
    """In the mean that the head reads a token counts as often as its run is long."""
    proportional: bool = False
    """In attention too: scores get the logarithm of the length."""

    def __post_init__(self) -> None:
        if not self.threshold >= 0:
            raise VidcompressError(f"threshold={self.threshold:g} is out of range: expected 0 <= threshold")
