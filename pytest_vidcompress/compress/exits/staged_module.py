"""Two classifiers of the same labels, of which the second is asked where the first is not sure. Heavy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ...models.adapter import logits_from
from .confidence import confidence
from .exit_counts import ExitCounts

STAGES = ("first", "then")
Run = Callable[[torch.Tensor], Any]
Decide = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""`(pixels, logits of the first)` -> which clips leave with these, bool `(B,)`."""


class TwoStages(nn.Module):
    """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`; each stage chooses of the pixels what it looks at.

    Args:
        first: answers all clips.
        then: answers those that do not leave.
        runtimes: by whose names each is executed where both are.
        threshold: how sure the first must be.
    """

    threshold: torch.Tensor
    shapes_depend_on_clip = True

    def __init__(
        self,
        first: nn.Module,
        then: nn.Module,
        runtimes: tuple[str, str] = ("torch", "torch"),
        threshold: float = 1.0,
    ) -> None:
        super().__init__()
        self.first, self.then, self.runtimes = first, then, runtimes
        self.register_buffer("threshold", torch.tensor(threshold))
        self.exit_counts = ExitCounts(STAGES)
        self.decide: Decide | None = None
        """Somebody else's decision in the place of its own, where not this one executes the first stage."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        decide = self.decide or (lambda _, logits: sure(logits, float(self.threshold)))
        return in_stages(pixels, self.first, self.then, decide, self.exit_counts)


def sure(logits: torch.Tensor, threshold: float) -> torch.Tensor:
    """Which clips leave, `(B,)`."""
    return confidence(logits) >= threshold


def in_stages(
    pixels: torch.Tensor, first: Run, then: Run, decide: Decide, counts: ExitCounts
) -> torch.Tensor:
    """The logits of a batch: the second stage is asked about those clips alone that do not leave."""
    logits = logits_from(first(pixels))
    leaves = decide(pixels, logits).to(logits.device)
    # As quick as can be where a device asks about one clip.
    left = int(leaves) if len(leaves) == 1 else int(leaves.sum())
    counts.add(0, left)
    counts.add(1, len(leaves) - left)
    if left == len(leaves):
        return logits
    if not left:
        return logits_from(then(pixels))
    answered = logits_from(then(pixels[~leaves])).to(logits.dtype)
    # The first may have written into memory of its own.
    return logits.clone().masked_scatter(~leaves.unsqueeze(1), answered)
