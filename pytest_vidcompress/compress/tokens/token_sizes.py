"""Tokens that stand for several: how many, `(B, ..., N)`, and what follows from it. None: each for itself."""

from __future__ import annotations

import torch


def score_bias(sizes: torch.Tensor | None) -> torch.Tensor | None:
    """What is added to the scores `(B, heads, L, N)`, so that a token counts as often as it stands for others."""
    return None if sizes is None else sizes.log()[:, None, None]


def mean_token(tokens: torch.Tensor, sizes: torch.Tensor | None) -> torch.Tensor:
    """The mean over all that tokens `(B, N, D)` stand for, `(B, 1, D)`; a product, which integers can surround."""
    if sizes is None:
        return tokens.mean(1, keepdim=True)
    return (sizes / sizes.sum(1, keepdim=True)).unsqueeze(1) @ tokens


def rows(values: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """Some rows of `(B, G, N, D)` or numbers of `(B, G, N)`, by their places, `(B or 1, G or 1, K)`."""
    batch, groups, count = values.shape[:3]
    index = index.expand(batch, groups, -1)
    before = torch.arange(batch * groups, device=values.device).reshape(batch, groups, 1) * count
    chosen = values.flatten(0, 2).index_select(0, (index + before).flatten())
    return chosen.reshape(*index.shape, *values.shape[3:])


def by_value(values: torch.Tensor, descending: bool = False) -> torch.Tensor:
    """Places of numbers `(..., N)` in order, the smallest or the largest first; of equal ones the first."""
    if torch.onnx.is_in_onnx_export():
        # Torch's exporter has no form for a stable sort; the one that it has, TopK, is stable as ONNX defines it.
        return values.sort(-1, descending).indices
    return values.sort(dim=-1, descending=descending, stable=True).indices
