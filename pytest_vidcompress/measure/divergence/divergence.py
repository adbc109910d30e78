"""What the blocks of a variant add to its error, and the first that adds more than the others explain. Pure.

A block adds what it errs by itself: given what the reference's block is given, and compared with what that makes of
it. Error that only passes through it, or grows on its way, is that of the block where it came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import median

LEAST = 1e-3
"""A relative error below this is rounding: fp32 that is computed in another order stays below 1e-4."""
OUTLIER = 3.0
"""A block stands out that adds so many times the median of the others that add anything."""
UNDONE = 2.0
"""A block whose own error is so many times that of what it gives on the way undoes what came before it."""
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

    @property
    def reads_other_units(self) -> bool:
        """Does it undo what the block before it did? With scales that moved out of one into the next, each alone is
        far from its original, and both together are not."""
        return self.error is not None and self.own is not None and self.own > UNDONE * self.error


@dataclass(frozen=True)
class Divergence:
    """The blocks that could be compared, in the order in which the reference runs them."""

    blocks: tuple[BlockError, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    """Blocks that could not: name, and why."""
    clips: int = 0
    """How many clips were looked at, a view of each."""
    flipped: int = 0
    """On how many of them the variant answered otherwise than the reference when it was measured."""
    changed: int = 0
    """On how many of them the module whose blocks these are does."""
    before: float = 0.0
    """Relative error of what the first of `blocks` is given, each model going its own way."""
    stands_for: str = ""
    """The runtime that executed the variant, where torch's own run of its module is what was looked at."""
    unseen: str = ""
    """Why there is no block to look at; empty where there is."""

    @property
    def added(self) -> tuple[float, ...]:
        """What each block adds: its own error. Of one that cannot be given the reference's input, or reads it in
        other units, how much larger the error is after it than before it; what gives it those units adds nothing."""
        last, errors = self.before, list[float]()
        for block, after in zip_longest(self.blocks, self.blocks[1:]):
            if after is not None and after.reads_other_units and (block.error or 0) > (after.error or 0):
                errors.append(0.0)
                continue
            error = last if block.error is None else block.error
            alone = None if block.reads_other_units else block.own
            errors.append(max(0.0, error - last) if alone is None else alone)
            last = error
        return tuple(errors)

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
        errors = [block.error for block in self.blocks[:number] if block.error is not None]
        return errors[-1] if errors else self.before


def first_outlier(added: Sequence[float]) -> int | None:
    """Number of the first of several errors that is `LEAST` or more, and `OUTLIER` times the median of the others
    that are; None where there is none."""
    for number, own in enumerate(added):
        others = [each for k, each in enumerate(added) if k != number and each >= LEAST]
        if own >= max(LEAST, OUTLIER * median(others) if others else 0.0):
            return number
    return None
