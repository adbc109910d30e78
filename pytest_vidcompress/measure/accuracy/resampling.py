"""The bootstrap over clips: how often each is drawn."""

from __future__ import annotations

import torch

RESAMPLES = 1000
SEED = 0
"""The same clips are drawn for every model: what two of them differ by is paired."""


def resamples(clips: int) -> torch.Tensor:
    """How often each clip is drawn in each resample, int64 `(RESAMPLES, clips)`; rows add up to `clips`."""
    random = torch.Generator().manual_seed(SEED)
    drawn = torch.randint(max(1, clips), (RESAMPLES, clips), generator=random)
    return torch.zeros(RESAMPLES, clips, dtype=torch.int64).scatter_add_(
        1, drawn, torch.ones(1, 1, dtype=torch.int64).expand_as(drawn)
    )
