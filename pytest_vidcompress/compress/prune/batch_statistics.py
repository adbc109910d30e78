"""Means and variances of batch norms, moved along after weights of the layers before them became zero.

Those of the uncompressed model no longer fit: a channel that became zero would leave its norm as a constant that it
hardly ever was. Li et al., "EagleEye: Fast Sub-net Evaluation for Efficient Neural Network Pruning", ECCV 2020,
section 3.3, take them anew from training clips. Calibration clips are few, so here what they show before and after
decides how the learned ones change: where nothing did, they stay.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...models.model import Model

BatchNorm = nn.BatchNorm2d | nn.BatchNorm3d
"""Of maps: a vector of one clip alone has no variance."""
BATCH = 16
"""Clips whose statistics are taken together, at most; of all such parts the mean is taken."""
LEAST = 1e-4
"""Share of a variance that is left at least."""
Statistics = tuple[torch.Tensor, torch.Tensor]
"""Mean and variance of every channel."""


@contextmanager
def norms_follow(model: Model, clips: Clips) -> Generator[list[str]]:
    """What becomes of weights inside, batch norms follow, in place; gives notes on it, complete at the end.

    Args:
        clips: all of them are taken, with all their views. Of less than two, or without batch norms, nothing changes.
    """
    norms = [
        part
        for part in model.module.modules()
        if isinstance(part, BatchNorm) and part.running_mean is not None
    ]
    notes: list[str] = []
    if not norms or clips.expected < 2:
        yield notes
        return
    before = _seen(model.module, norms, clips)
    yield notes
    after = _seen(model.module, norms, clips)
    for norm, was, now in zip(norms, before, after, strict=True):
        _move(norm, was, now)
    notes.append(f"batch norms of {clips.expected} calibration clips")


@torch.no_grad()
def _move(norm: BatchNorm, was: Statistics, now: Statistics) -> None:
    """So that the same clips lie as far from the mean, in standard deviations, as they did."""
    mean, variance = _learned(norm)
    # Of what never varied nothing is known; what no longer does may, on other clips.
    ratio = torch.where(was[1] > 0, now[1] / was[1], 1).clamp(min=LEAST)
    mean.copy_(now[0] + (mean - was[0]) * ratio.sqrt())
    variance.mul_(ratio)


@torch.no_grad()
def _seen(module: nn.Module, norms: Sequence[BatchNorm], clips: Clips) -> list[Statistics]:
    """What norms meet of clips, each after norms that use what they meet; they are left as they were."""
    kept = [
        (norm.momentum, norm.training, {k: v.clone() for k, v in norm.state_dict().items()}) for norm in norms
    ]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of all batches
        norm.train()
    number = clips.expected
    # None is left alone at the end: maps of one pixel are vectors too.
    size = next(size for size in range(min(number, BATCH), 1, -1) if number % size != 1)
    try:
        for views, _ in clips.batches(size):
            module(views)
        return [cast(Statistics, tuple(each.clone() for each in _learned(norm))) for norm in norms]
    finally:
        for norm, (momentum, training, state) in zip(norms, kept, strict=True):
            norm.momentum = momentum
            norm.train(training)
            norm.load_state_dict(state)


def _learned(norm: BatchNorm) -> Statistics:
    return cast(torch.Tensor, norm.running_mean), cast(torch.Tensor, norm.running_var)
