"""One threshold over the weights of several layers."""

from __future__ import annotations

from collections.abc import Sequence

import torch


def smallest(scores: Sequence[torch.Tensor], amount: float) -> list[torch.Tensor]:
    """Which of some scores are among the smallest of all.

    Args:
        scores: of any shapes.
        amount: share of all of them; where several are equal at the threshold, all of these.

    Returns:
        For each its truth values, of its shape.
    """
    everything = torch.cat([each.flatten() for each in scores])
    number = round(amount * everything.numel())
    if not number:
        return [torch.zeros_like(each, dtype=torch.bool) for each in scores]
    threshold = everything.kthvalue(number).values
    return [each <= threshold for each in scores]
