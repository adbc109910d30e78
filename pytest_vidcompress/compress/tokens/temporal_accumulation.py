"""Which tokens of a clip were seen before and say little: those that go by STA, frame after frame.

Ding et al., "Prune Spatio-temporal Tokens by Semantic-aware Temporal Accumulation", ICCV 2023, as its authors' code
has it: a frame's tokens take over, by the likeness of keys, how redundant those of the frame before were. What has
gathered much of it and is hardly active goes; of the first frame those that have the most similar partner in it.
"""

from __future__ import annotations

import torch

from .soft_matching import unit_keys
from .token_sizes import by_value, rows

_FIRST = 4.0
"""More than two similarities lie apart."""


def tokens_to_keep(
    tokens: torch.Tensor, keys: torch.Tensor, gone: int, backward: bool = False
) -> torch.Tensor:
    """Places of the tokens of each frame that stay, ascending, `(B, T, N - gone)`.

    Args:
        tokens: `(B, T, N, D)`.
        keys: `(B, T, N, d)`.
        gone: how many of each frame do not.
        backward: from the last frame to the first.
    """
    unit, little = unit_keys(keys), 1 - activity(tokens)
    frames, keep = tokens.shape[1], tokens.shape[2] - gone
    order = range(frames - 1, -1, -1) if backward else range(frames)
    chosen = dict[int, torch.Tensor]()
    before = gathered = None
    for frame in order:
        here = unit[:, frame : frame + 1]
        if before is None or gathered is None:
            score = _likeness(here)
            gathered = torch.ones_like(score)
        else:
            # What each token of the frame before has is dealt out among those of this one.
            dealt = (here @ before.transpose(-2, -1)).softmax(-2)
            gathered = (dealt @ gathered.unsqueeze(-1)).squeeze(-1)
            score = gathered * little[:, frame : frame + 1]
        chosen[frame] = _lowest(score, keep)
        before, gathered = rows(here, chosen[frame]), rows(gathered, chosen[frame])
        gathered = gathered / gathered.sum(-1, keepdim=True)
    return torch.cat([chosen[frame] for frame in range(frames)], 1)


def activity(tokens: torch.Tensor) -> torch.Tensor:
    """How much a token differs from zero, between 0 and 1 in each frame: `(B, T, N, D)` -> `(B, T, N)`."""
    total = tokens.abs().sum(-1)
    least, most = total.amin(-1, keepdim=True), total.amax(-1, keepdim=True)
    return (total - least) / (most - least).clamp(min=1e-6)


def _likeness(unit: torch.Tensor) -> torch.Tensor:
    """Of every other token to the most similar of the others; the others come after all of these."""
    scores = unit[:, :, ::2] @ unit[:, :, 1::2].transpose(-2, -1)
    pairs = torch.stack((scores.amax(-1)[..., : scores.shape[-1]] + _FIRST, scores.amax(-2)), -1).flatten(-2)
    return torch.cat((pairs, scores.amax(-1)[..., scores.shape[-1] :] + _FIRST), -1)


def _lowest(score: torch.Tensor, keep: int) -> torch.Tensor:
    return by_value(score)[..., :keep].sort(-1).values
