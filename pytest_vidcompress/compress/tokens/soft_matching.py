"""Bipartite soft matching: which tokens are so much alike that one can stand for both.

Bolya et al., "Token Merging: Your ViT But Faster", ICLR 2023, section 3: every other token may go, each to the one
among the others whose key is the most alike; those with the best partners do.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from .token_sizes import by_value, rows


class Matching(NamedTuple):
    """Places among the even and the odd tokens, each `(B, G, number)`."""

    moved: torch.Tensor
    """Of the even ones those that go."""
    onto: torch.Tensor
    """The odd ones that they become part of."""
    kept: torch.Tensor
    """The other even ones, in their order."""


def soft_matching(keys: torch.Tensor, taken: int, alike: bool = False) -> Matching:
    """Matches tokens by their keys `(B, G, N, d)`.

    Args:
        taken: how many of each group go; half of them at most.
        alike: the same places in all groups, by the mean of their similarities.
    """
    unit = unit_keys(keys)
    scores = unit[:, :, ::2] @ unit[:, :, 1::2].transpose(-2, -1)
    if alike:
        scores = scores.mean(1, keepdim=True)
    best, partner = scores.max(-1)
    order = by_value(best, descending=True)
    moved = order[..., :taken]
    return Matching(moved, partner.gather(-1, moved), order[..., taken:].sort(-1).values)


def merged(
    tokens: torch.Tensor, sizes: torch.Tensor | None, found: Matching
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens `(B, G, N, D)` after matched ones became one, the mean of all that both stand for; in their order.

    Returns:
        They, and how many each stands for, `(B, G, N)`.
    """
    weights = (tokens.new_ones(tokens.shape[:3]) if sizes is None else sizes).unsqueeze(-1)
    even, odd = tokens[:, :, ::2] * weights[:, :, ::2], tokens[:, :, 1::2] * weights[:, :, 1::2]
    of_even, of_odd = weights[:, :, ::2], weights[:, :, 1::2]
    targets = torch.arange(odd.shape[2], device=tokens.device).unsqueeze(-1)
    # A product with ones and zeros: the same sums everywhere, which scattering is slow at or adds in any order.
    there = (found.onto.unsqueeze(-2) == targets).to(tokens.dtype)
    odd, of_odd = odd + there @ rows(even, found.moved), of_odd + there @ rows(of_even, found.moved)
    order = _by_place(found.kept, even.shape[2], odd.shape[2])
    sums, counts = (rows(torch.cat(pair, 2), order) for pair in ((even, odd), (of_even, of_odd)))
    return sums / counts, counts.squeeze(-1)


def unit_keys(keys: torch.Tensor) -> torch.Tensor:
    """Of length 1."""
    return keys / keys.norm(dim=-1, keepdim=True).clamp(min=1e-6)


def _by_place(kept: torch.Tensor, even: int, odd: int) -> torch.Tensor:
    """Where the tokens that are left stand in all even ones followed by all odd ones, as they followed each other."""
    numbers = torch.arange(odd, device=kept.device).expand(*kept.shape[:2], -1)
    order = torch.cat((2 * kept, 2 * numbers + 1), -1).argsort(-1)
    return torch.cat((kept, even + numbers), -1).gather(-1, order)
