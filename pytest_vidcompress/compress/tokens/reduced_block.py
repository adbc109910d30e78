"""What blocks that reduce their tokens are, whatever family they are of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import torch
from torch import nn

from ..layers.adopt import adopt
from .token_grid import Carried, Reductions
from .token_sizes import score_bias


class ReducedBlock(nn.Module):
    """A block of which something takes tokens away; one that gives them as it got them has `reduction` None."""

    reduction: nn.Module | None
    groups: int
    """How many groups joint tokens `(B, N, D)` are for what reduces them."""
    carried: Carried

    def bias(self, sizes: torch.Tensor | None) -> torch.Tensor | None:
        """Of the scores of attention."""
        return score_bias(sizes) if self.carried.proportional else None

    def reduce(
        self, tokens: torch.Tensor, keys: torch.Tensor, sizes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Of tokens in groups, `(B, G, N, D)`, with the keys of all heads, `(B G, heads, N, d)`."""
        if self.reduction is None:
            return tokens, sizes
        mean = keys.mean(1).reshape(*tokens.shape[:3], -1)
        return self.reduction(tokens, mean, sizes)

    def reduce_joint(
        self, tokens: torch.Tensor, keys: torch.Tensor, sizes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The same of tokens `(B, N, D)`."""
        if self.reduction is None:
            return tokens, sizes
        folded = None if sizes is None else sizes.unflatten(1, (self.groups, -1))
        tokens, sizes = self.reduce(tokens.unflatten(1, (self.groups, -1)), keys, folded)
        return tokens.flatten(1, 2), None if sizes is None else sizes.flatten(1, 2)


class Encoded(NamedTuple):
    """What an encoder of transformers' gives, or a model without its head."""

    last_hidden_state: torch.Tensor
    hidden_states: None = None
    attentions: None = None


B = TypeVar("B", bound=ReducedBlock)


def reduced_blocks(
    blocks: Sequence[nn.Module], kinds: Sequence[type[B]], reductions: Reductions
) -> Iterator[B]:
    """Blocks as blocks of these classes, each with its reduction."""
    for block, kind, reduction in zip(blocks, kinds, reductions.by_block, strict=True):
        made = adopt(kind, block)
        made.reduction, made.carried = reduction, reductions.carried
        made.groups = 1 if reduction is None else int(cast(Any, reduction).groups)
        yield made


def tokens_at(first: int, reductions: Reductions) -> Iterator[int]:
    """How many tokens of a clip, or of a frame, each block attends to.

    Args:
        first: the first.
    """
    for reduction in reductions.by_block:
        yield first
        if reduction is not None:
            first -= int(cast(Any, reduction).gone * cast(Any, reduction).groups)
