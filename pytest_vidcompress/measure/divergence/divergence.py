"""What the blocks of a variant add to its error, and the first that adds more than the others explain. Pure.

A block adds what it errs by itself: given what the reference's block is given, and compared with what that makes of
it. Error that only passes through, or grows on its way, is nobody's but that of the block it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAST = 1e-3
"""A relative error below this is rounding: fp32 that is computed in another order stays below 1e-4."""
OUTLIER = 3.0
"""A block stands out that adds so many times the median of the others that add anything."""
MOST = 1e6
"""The largest relative error; so is that of what is not finite where the reference is."""


@dataclass(frozen=True)
class BlockError:
    """A block of the reference, and what stands for it in the variant.

    Errors are relative: the L2 norm of the difference over that of what the reference gives, over all clips together.
    """

    name: str
    """In the reference."""
    error: float | None
    """Of what it gives, each model going its own way; None where the two have other shapes."""
    own: float | None
    """Of what it gives where it is given what the reference's is given; None where it does not take that."""


@dataclass(frozen=True)
class Divergence:
    """The blocks that could be compared, in the order in which the reference runs them."""

    blocks: tuple[BlockError, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    """Blocks that could not: name, and why."""
    clips: int = 0
    """How many clips were looked at, a view of each."""
    changed: int = 0
    """On how many of them the module whose blocks these are answers otherwise than the reference."""
    before: float = 0.0
    """Relative error of what the first of `blocks` is given, each model going its own way."""
    stands_for: str = ""
    """The runtime that executed the variant, where torch's own run of its module is what was looked at."""
    unseen: str = ""
    """Why there is no block to look at; empty where there is."""

    @property
    def added(self) -> tuple[float, ...]:
        """What each block adds: its own error; of one that does not take the reference's input, how much larger the
        error is after it than before it."""
        last, found = self.before, list[float]()
        for block in self.blocks:
            after = last if block.error is None else block.error
            found.append(max(0.0, after - last) if block.own is None else block.own)
            last = after
        return tuple(found)

    @property
    def first(self) -> int | None:
        """Number of the first block that leaves the reference; None where no block stands out, or where what is in
        front of them does.

        It adds `LEAST` or more, and `OUTLIER` times the median of the other blocks that do.
        """
        return self._outlier - 1 if self._outlier else None

    @property
    def is_before(self) -> bool:
        """Does it begin in front of the first block that can be compared?"""
        return self._outlier == 0

    @property
    def _outlier(self) -> int | None:
        return first_outlier((self.before, *self.added))

    def error_before(self, number: int) -> float:
        """Error of what is given to a block: that after the last block before it of which it is known."""
        known = [block.error for block in self.blocks[:number] if block.error is not None]
        return known[-1] if known else self.before


def first_outlier(added: Sequence[float]) -> int | None:
    """Number of the first of several errors that is `LEAST` or more, and `OUTLIER` times the median of the others
    that are; None where there is none."""
    for number, own in enumerate(added):
        others = [each for k, each in enumerate(added) if k != number and each >= LEAST]
        if own >= max(LEAST, OUTLIER * median(others) if others else 0.0):
            return number
    return None
