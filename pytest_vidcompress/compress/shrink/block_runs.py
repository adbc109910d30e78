"""A run of blocks that goes: the one whose work a linear map of the block before it can do with the least error.

After ReplaceMe (Shopkhoev et al., NeurIPS 2025, arXiv 2505.02819, section 2): what the run adds to the stream of
tokens is fitted, by least squares, to what the feed-forward layer before it gives. There the map becomes part of that
layer's own matrix, so that nothing is added to the model; that matrix is fitted anew when the model is shrunk, layer
by layer, to what the stream is behind the run.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .anatomies.anatomy import Anatomy
from .block_stream import MOST_ROWS, Given, spread, watch
from .choice import random_order
from .layer_by_layer import Method
from .normal_equations import NormalEquations
from .refit import HoldOut, refit
from .shares import RANDOM


def remaining_blocks(
    blocks: Sequence[nn.Module], number: int, anatomy: Anatomy, entrances: Sequence[Given], method: Method
) -> list[list[int]]:
    """The blocks that stay, each with the indices of those that it stands for: itself, and a run behind it that goes.

    Args:
        number: of blocks that go, fewer than there are.
        entrances: how the first block is called, of each view; none needed for a random choice.
    """
    if not number:
        return [[index] for index in range(len(blocks))]
    starts = range(1, len(blocks) - number + 1)
    if method.choice == RANDOM:
        start = starts[random_order(len(starts), method.seed).groups[0]]
    else:
        costs = _costs(blocks, number, anatomy, entrances, method)
        start = min(starts, key=lambda each: costs[each - 1])
    run = [*range(start, start + number)]
    return [[index, *(run if index == start - 1 else ())] for index in range(len(blocks)) if index not in run]


@torch.no_grad()
def _costs(
    blocks: Sequence[nn.Module], number: int, anatomy: Anatomy, entrances: Sequence[Given], method: Method
) -> list[float]:
    """Of a run from each block but the first on: what the stream behind it lacks, relative to what varies in it."""
    most = max(1, MOST_ROWS // max(1, len(entrances)))
    starts = range(1, len(blocks) - number + 1)
    by_start = [HoldOut() for _ in starts]
    variances = [0.0 for _ in starts]
    for given in entrances:
        gives: list[torch.Tensor] = []
        adds: list[torch.Tensor] = []
        for block in blocks:
            end, sights = watch(block, given, {anatomy.down: anatomy.mlp_norm}, most)
            flat = end.flatten(0, -2)
            gives.append(flat[spread(len(flat), most)])
            adds.append(sights[anatomy.down].outputs)
            given = given.after(end)
        for place, start in enumerate(starts):
            behind = gives[start - 1 + number]
            lacking = behind - (gives[start - 1] - adds[start - 1])
            by_start[place].add(NormalEquations.of(adds[start - 1], lacking))
            variances[place] += float(behind.var(0).sum()) / len(entrances)
    return [_lost(each, method) / variance for each, variance in zip(by_start, variances, strict=True)]


def _lost(known: HoldOut, method: Method) -> float:
    """Mean squared error of the stream behind a run, summed over its channels, as it is repaired."""
    everything = known.everything
    width = len(everything.targets)
    same = torch.eye(width, dtype=torch.float64, device=everything.targets.device)
    return everything.error(*refit(known, same, same.new_zeros(width), method.repair))
