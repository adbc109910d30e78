"""What token techniques know of one family. A file of this folder that defines `TOKENS` is found by being here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..layers.by_class import entries_by_class

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class TokenGrid:
    """The tokens of a clip, and where some can go."""

    frames: int
    """Frames or tubelets."""
    places: int
    """Of a frame."""
    blocks: int
    """In which tokens can go, from the first on."""
    joint: bool
    """Are all tokens of a clip one group? Otherwise each frame is one, and must lose as many as the others."""
    tubelet: int = 1
    """Frames of a clip that one of `frames` is of."""
    patch: tuple[int, int] = (1, 1)
    """Pixels of one, height and width."""

    @property
    def tokens(self) -> int:
        """Of a group."""
        return self.frames * self.places if self.joint else self.places

    def groups_of_stage(self, stage: int) -> int:
        """Frames, neighbours of which are one at later stages: all, half of them, a quarter; 1 where a group is a
        frame."""
        if not self.joint:
            return 1
        most = max(1, self.frames >> stage)
        return next(number for number in range(most, 0, -1) if self.frames % number == 0)


@dataclass(frozen=True)
class Carried:
    """What becomes of the number of tokens that one stands for."""

    proportional: bool = False
    """Its logarithm is added to the scores of attention."""
    weighted: bool = True
    """It counts as often in the mean that the head reads."""


@dataclass(frozen=True)
class Reductions:
    """What takes tokens away."""

    by_block: Sequence[nn.Module | None]
    """After the attention of each: `(tokens, keys, sizes) -> (tokens, sizes)` of tokens `(B, G, N, D)`, G the groups;
    None where none go."""
    carried: Carried
    start: nn.Module | None = None
    """Before the first, of joint tokens of one clip: `(tokens, pixels) -> (tokens, sizes)`."""


@dataclass(frozen=True)
class TokenFamily:
    """Of one class, as transformers has it or as `fuse` leaves it."""

    of: str
    """Name of the class, such as `VideoMAEForVideoClassification`."""
    grid: Callable[[Any], TokenGrid]
    """Of a module; raises VidcompressError where its tokens cannot go."""
    reduced: Callable[[Any, Reductions], nn.Module]
    """A module -> the same with reductions; may change it in place."""


@cache
def token_families() -> Mapping[str, TokenFamily]:
    """By the name of the class. Heavy: imports torch."""
    return entries_by_class(__name__.rpartition(".")[0], "TOKENS", TokenFamily)
