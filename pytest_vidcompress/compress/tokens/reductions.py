"""What takes tokens away between attention and feed-forward: `(tokens, keys, sizes) -> (tokens, sizes)`.

Tokens are `(B, G, N, D)`, groups of as many each; keys, the mean over heads, `(B, G, N, d)`; sizes `(B, G, N)` or
None.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .soft_matching import merged, soft_matching
from .temporal_accumulation import tokens_to_keep
from .token_sizes import rows

Reduced = tuple[torch.Tensor, torch.Tensor | None]


class Merge(nn.Module):
    """Tokens that are alike become one.

    Args:
        gone: how many of a group.
        alike: the same places in all groups.
    """

    groups = 1
    """That joint tokens are."""

    def __init__(self, gone: int, alike: bool = False) -> None:
        super().__init__()
        self.gone, self.alike = gone, alike

    def forward(self, tokens: torch.Tensor, keys: torch.Tensor, sizes: torch.Tensor | None) -> Reduced:
        return merged(tokens, sizes, soft_matching(keys.detach(), self.gone, self.alike))


class Drop(nn.Module):
    """Some places go, whatever is there.

    Args:
        kept: the others, of each group or of all alike.
        gone: how many of a group.
    """

    kept: torch.Tensor
    groups = 1

    def __init__(self, kept: Sequence[Sequence[int]], gone: int) -> None:
        super().__init__()
        self.gone = gone
        self.register_buffer("kept", torch.tensor([kept], device="cpu"), persistent=False)

    def forward(self, tokens: torch.Tensor, keys: torch.Tensor, sizes: torch.Tensor | None) -> Reduced:
        return rows(tokens, self.kept), None if sizes is None else rows(sizes, self.kept)


class Prune(nn.Module):
    """Tokens that were seen in other frames and say little go.

    Args:
        gone: how many of a group.
        groups: frames that joint tokens are.
        backward: from the last frame to the first.
    """

    def __init__(self, gone: int, groups: int, backward: bool) -> None:
        super().__init__()
        self.gone, self.groups, self.backward = gone, groups, backward

    def forward(self, tokens: torch.Tensor, keys: torch.Tensor, sizes: torch.Tensor | None) -> Reduced:
        kept = tokens_to_keep(tokens.detach(), keys.detach(), self.gone, self.backward)
        return rows(tokens, kept), None if sizes is None else rows(sizes, kept)
