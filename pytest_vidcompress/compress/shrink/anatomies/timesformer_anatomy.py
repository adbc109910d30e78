"""TimeSformer: attention over time, whose output goes through another layer, then over space.

Its own attention splits as many channels into heads as a token has. Where fewer are left, `FewerHeads` takes its
place, and no configuration can say that.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .anatomy import Anatomy, AttentionNames


class FewerHeads(nn.Module):
    """As transformers' `TimesformerSelfAttention`, of any number of heads of any size.

    Args:
        qkv: gives queries, keys and values, `heads * size` channels each.
        stock: what it takes the place of.
    """

    def __init__(self, qkv: nn.Linear, heads: int, size: int, stock: nn.Module) -> None:
        super().__init__()
        self.stock = (stock,)  # no part of this one
        self.num_heads, self.size = heads, size
        self.scale = size**-0.5
        self.qkv = qkv

    def forward(self, tokens: torch.Tensor, output_attentions: bool = False) -> tuple[torch.Tensor, ...]:
        """`(B, N, D)` -> what the heads give, `(B, N, heads * size)`, and their weights if asked for."""
        batch, count, _ = tokens.shape
        qkv = self.qkv(tokens).reshape(batch, count, 3, self.num_heads, self.size)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        weights = ((query @ key.transpose(-2, -1)) * self.scale).softmax(-1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, count, self.num_heads * self.size)
        return (mixed, weights) if output_attentions else (mixed,)


def _names(attention: str, norm: str, writer: str = "") -> AttentionNames:
    inner = f"{attention}.attention"
    return AttentionNames(norm, inner, (f"{inner}.qkv",), f"{attention}.output.dense", writer, not writer)


def _heads_of(inner: Any) -> tuple[int, int]:
    return inner.num_heads, inner.qkv.out_features // (3 * inner.num_heads)


def _set_heads(block: nn.Module, names: AttentionNames, heads: int, size: int) -> None:
    inner: Any = block.get_submodule(names.inner)
    stock: Any = inner.stock[0] if isinstance(inner, FewerHeads) else inner
    qkv, training = inner.qkv, inner.training
    if heads * size == qkv.in_features:
        stock.qkv, stock.num_heads, stock.scale = qkv, heads, size**-0.5
        block.set_submodule(names.inner, stock)
    else:
        stock.qkv = None
        block.set_submodule(names.inner, FewerHeads(qkv, heads, size, stock).train(training))


ANATOMY = Anatomy(
    of="TimesformerForVideoClassification",
    blocks="timesformer.encoder.layer",
    attentions=(
        _names("temporal_attention", "temporal_layernorm", "temporal_dense"),
        _names("attention", "layernorm_before"),
    ),
    mlp_norm="layernorm_after",
    up="intermediate.dense",
    down="output.dense",
    heads_of=_heads_of,
    set_heads=_set_heads,
    patches="timesformer.embeddings.patch_embeddings.projection",
    tables=tuple(
        f"timesformer.embeddings.{name}" for name in ("cls_token", "position_embeddings", "time_embeddings")
    ),
    last_norm=lambda _: "timesformer.layernorm",
    class_token=True,
)
