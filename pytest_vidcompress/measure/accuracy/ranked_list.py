"""What was predicted of clips, the most confident first, and its average precision under weights of the clips.

A weight is how often a clip counts. Ones give the number itself, counts of a resample its bootstrap, and the gradient
at ones what each clip contributes: so all of them rank alike.

Equal scores are one step: the precision at its end counts for whatever is right in it, so that neither the order of
the clips nor that of the labels decides, and a clip that counts twice is no worse than itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class RankedList:
    """Predictions by falling score; a precision is taken at each that is right."""

    clips: torch.Tensor
    """The clip that each is of, `(E,)`."""
    right: torch.Tensor
    """Places of those that are right, `(P,)`."""
    ends: torch.Tensor
    """For each of these, the place of the last prediction of the same score."""
    last_right: torch.Tensor
    """For each of these, which one of them is the last of the same score."""
    wanted: torch.Tensor
    """Labels that each clip has, `(N,)` float64, whether or not they are among the predictions."""

    @classmethod
    def of(
        cls, scores: torch.Tensor, hits: torch.Tensor, clips: torch.Tensor, wanted: torch.Tensor
    ) -> RankedList:
        """The list of predictions in any order.

        Args:
            scores: `(E,)`.
            hits: which are right, bool `(E,)`.
            clips: as the field.
            wanted: labels that each clip has, `(N,)`.
        """
        order = scores.argsort(descending=True, stable=True)
        ordered, right = scores[order], hits[order].nonzero().flatten()
        # Counted from above: how many score at least as much.
        ends = torch.searchsorted(-ordered, -ordered[right], right=True) - 1
        return cls(
            clips[order], right, ends, torch.searchsorted(right, ends, right=True) - 1, wanted.double()
        )

    def average_precision(self, weights: torch.Tensor) -> torch.Tensor:
        """Sum of precision times gain of recall, `(R,)`; zero where nothing is wanted.

        Args:
            weights: of the clips, `(R, N)`, such as how often each was drawn.
        """
        each = weights[:, self.clips]
        gained = each[:, self.right]
        found = gained.cumsum(1)[:, self.last_right]
        shown = each.cumsum(1)[:, self.ends]
        # What does not count takes no place: nothing is found there either.
        precision = found / shown.clamp(min=1e-9)
        return (gained * precision).sum(1) / self.total(weights).clamp(min=1e-9)

    def total(self, weights: torch.Tensor) -> torch.Tensor:
        """Labels that are wanted, `(R,)`."""
        return weights @ self.wanted.to(weights.dtype)
