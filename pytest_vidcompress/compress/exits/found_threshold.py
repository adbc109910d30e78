"""How sure an answer must be that no more is lost than may be. Heavy: imports torch.

The threshold goes down from where no clip leaves, clip by clip, and stops before the first at which too much is lost:
of a loss that goes up and down by chance not the luckiest dip is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

NEVER = 1.000001
"""No answer is that sure."""


@dataclass(frozen=True)
class FoundThreshold:
    """What was found, and what it does to the clips that it was found on."""

    threshold: float
    clips: int
    left: tuple[int, ...]
    """Clips that leave at each exit, the last one, where all leave, included."""
    lost: int
    """Clips answered rightly by the last exit and not where they leave, less those the other way round."""

    def describe(self, names: Sequence[str]) -> str:
        """`threshold 0.931: of 512 clips 78 % leave at first, 22 % leave at then; 2 lost`."""
        shares = (
            f"{100 * number / max(1, self.clips):.3g} % leave at {name}"
            for name, number in zip(names, self.left, strict=True)
        )
        change = f"{self.lost} lost" if self.lost >= 0 else f"{-self.lost} gained"
        return f"threshold {self.threshold:.4g}: of {self.clips:,} clips {', '.join(shares)}; {change}"


def find_threshold(confidences: torch.Tensor, right: torch.Tensor, drop: float) -> FoundThreshold:
    """The lowest threshold that the loss allows.

    Args:
        confidences: of each exit but the last, `(exits, N)`: how sure its answer of each clip is; NaN is not at all.
        right: of all exits, `(exits + 1, N)` bool: is its answer right?
        drop: share of the clips that may be lost.
    """
    confidences = confidences.nan_to_num(0.0)
    allowed = drop * confidences.shape[1] + 1e-9
    found = with_threshold(confidences, right, NEVER)
    for threshold in _candidates(confidences):
        next_one = with_threshold(confidences, right, threshold)
        if next_one.lost > allowed:
            break
        found = next_one
    return found


def with_threshold(confidences: torch.Tensor, right: torch.Tensor, threshold: float) -> FoundThreshold:
    """What a threshold does; takes what `find_threshold` does."""
    leaves = confidences >= torch.tensor(threshold)
    everywhere = torch.cat((leaves, torch.ones_like(right[:1])))
    exits = everywhere.int().argmax(0)  # the first where it may
    answered = right.gather(0, exits.unsqueeze(0)).squeeze(0)
    counts = exits.bincount(minlength=len(right)).tolist()
    lost = int(right[-1].sum()) - int(answered.sum())
    return FoundThreshold(threshold, right.shape[1], tuple(counts), lost)


def _candidates(confidences: torch.Tensor) -> list[float]:
    """From high to low, one between each two that occur: of rounding there no clip hangs."""
    values = confidences.flatten().double().unique().flip(0)
    middles = (values[:-1] + values[1:]) / 2
    lowest = values[-1:] * 0.999
    return torch.cat((middles, lowest)).float().tolist()
