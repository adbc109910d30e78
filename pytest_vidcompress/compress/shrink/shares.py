"""The parameters of `shrink`: how much of what goes, and how."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import VidcompressError
from ..parameters import in_range, one_of

UNIFORM, GLOBAL = ALLOCATIONS = ("uniform", "global")
NONE, MEAN, LEAST_SQUARES = REPAIRS = ("none", "mean", "least-squares")
SCORE, RANDOM = CHOICES = ("score", "random")
ALONE = 0.25
"""Share of the neurons that go where a recipe does not say what."""


@dataclass(frozen=True)
class Shrink:
    mlp: float = 0.0
    """Share of the neurons of every feed-forward layer that go; of a CNN, of channels. A quarter, where nothing else
    is given either."""
    heads: float = 0.0
    """Share of the heads of every attention that go."""
    blocks: float = 0.0
    """Blocks that go, one run of them: their number, or below one their share."""
    width: float = 0.0
    """Share of the channels of a token that go."""
    allocate: str = UNIFORM
    """`uniform`: neurons and heads go by the same share everywhere; `global`: by that share of all of them, from
    where they cost least; a tenth of every layer's stays."""
    repair: str = LEAST_SQUARES
    """`none`; `mean`: the layer behind gets the mean of what is gone in its bias; `least-squares`: it is fitted to
    what the original gives."""
    choice: str = SCORE
    """`score`: what costs least by that repair goes; `random`: the control."""
    seed: int = 0
    """Of the random choice."""

    def __post_init__(self) -> None:
        for name in ("mlp", "heads", "width"):
            in_range(self, name, 0, 1)
        in_range(self, "blocks", 0, float("inf"))
        if self.blocks >= 1 and self.blocks != int(self.blocks):
            raise VidcompressError(f"blocks={self.blocks:g} is no number of blocks, nor a share below 1")
        one_of(self, "allocate", ALLOCATIONS)
        one_of(self, "repair", REPAIRS)
        one_of(self, "choice", CHOICES)

    @property
    def neurons(self) -> float:
        """Share of the neurons that go."""
        return self.mlp if self.mlp or self.heads or self.blocks or self.width else ALONE

    @property
    def calibrates(self) -> bool:
        """Does it look at clips?"""
        return self.repair != NONE or self.choice != RANDOM
