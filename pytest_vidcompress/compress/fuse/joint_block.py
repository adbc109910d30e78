"""A transformer's block as fused models compute it, and its last one where the head reads the class token alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ..layers.product import bias_of
from .fused_layers import Attention, Mlp, PerHead, linear, together


@dataclass(frozen=True)
class Projections:
    """The layers of self-attention, by whatever names a model has them."""

    query: nn.Linear
    key: nn.Linear
    value: nn.Linear
    output: nn.Linear
    heads: int


@dataclass(frozen=True)
class BlockParts:
    """What a block with norms in front is made of, likewise."""

    norm: nn.LayerNorm
    projections: Projections
    mlp_norm: nn.LayerNorm
    mlp: Mlp


class SelfAttention(nn.Module):
    """Attention of all tokens to all, `(B, N, D)` -> `(B, N, D)`; query, key and value are one layer.

    Args:
        tokens: how many there are.
    """

    def __init__(self, parts: Projections, tokens: int) -> None:
        super().__init__()
        self.heads = parts.heads
        self.qkv = together(parts.query, parts.key, parts.value)
        self.attention = Attention(tokens)
        self.output = parts.output

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.output(merge_heads(self.attention(*self.split(tokens))))

    def split(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Queries, keys and values, `(B, heads, N, d)` each."""
        batch, count, _ = tokens.shape
        qkv = self.qkv(tokens).reshape(batch, count, 3, self.heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value


class JointBlock(nn.Module):
    """Attention and feed-forward, tokens `(B, N, D)` -> `(B, N, D)`."""

    def __init__(self, parts: BlockParts, tokens: int) -> None:
        super().__init__()
        self.norm = parts.norm
        self.attention = SelfAttention(parts.projections, tokens)
        self.mlp_norm = parts.mlp_norm
        self.mlp = parts.mlp

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = tokens + self.attention(self.norm(tokens))
        return tokens + self.mlp(self.mlp_norm(tokens))


class ClassTokenBlock(nn.Module):
    """As `JointBlock`, for the first token alone: `(B, N, D)` -> `(B, 1, D)`.

    Its one query is taken back through the key matrix instead of every token through it, and the tokens are mixed
    before the value matrix.
    """

    value_bias: torch.Tensor | None

    def __init__(self, parts: BlockParts) -> None:
        super().__init__()
        projections = parts.projections
        self.heads = projections.heads
        self.norm = parts.norm
        scale = (projections.query.out_features // self.heads) ** -0.5
        bias = bias_of(projections.query)
        self.query = linear(projections.query.weight * scale, None if bias is None else bias * scale)
        # A bias of the keys adds the same to all scores of a query, which softmax takes out again.
        self.key = PerHead(split_heads(projections.key.weight, self.heads).transpose(1, 2))  # d -> D
        self.value = PerHead(split_heads(projections.value.weight, self.heads))  # D -> d
        # Added once: weights sum to one.
        of_value = bias_of(projections.value)
        self.register_buffer("value_bias", None if of_value is None else of_value.detach().clone())
        self.output = projections.output
        self.mlp_norm = parts.mlp_norm
        self.mlp = parts.mlp

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        batch, token = tokens.shape[0], tokens[:, :1]
        query = self.query(self.norm(token)).reshape(batch, 1, self.heads, -1).transpose(1, 2)
        mixed = attend_once(self.key(query).squeeze(2), self.norm(tokens))
        mixed = merge_heads(self.value(mixed))
        if self.value_bias is not None:
            mixed = mixed + self.value_bias
        token = token + self.output(mixed)
        return token + self.mlp(self.mlp_norm(token))

    def taking(self, tokens: torch.Tensor) -> tuple[torch.Tensor]:
        return (tokens,)

    def comparable(self, own: torch.Tensor, original: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return own, original[:, :1]


def split_heads(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """`(heads * d, D)` -> `(heads, d, D)`."""
    return weight.unflatten(0, (heads, -1))


def merge_heads(mixed: torch.Tensor) -> torch.Tensor:
    """What heads give, `(B, heads, N, d)` -> `(B, N, heads * d)`."""
    return mixed.transpose(1, 2).flatten(2)


def attend_once(asked: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Tokens `(B, N, D)`, weighed by what one query a head asks of them, `(B, heads, D)`: `(B, heads, 1, D)`."""
    weights = (asked @ tokens.transpose(1, 2)).softmax(-1)
    return (weights @ tokens).unsqueeze(2)
