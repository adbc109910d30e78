"""V-JEPA 2's encoder and attentive probe, computed without what cancels out or never changes.

The same function as transformers' module, up to the rounding of fp32:

- the predictor, which no classifier calls, is gone;
- query, key and value are one layer, and attention is torch's fused one;
- sines and cosines of the rotary positions are tables; channels that turn together lie in two halves, for which the
  rows of the query and key matrices are sorted;
- the probe's one query is the same for every clip: it is taken back through the key matrix once and for all, and the
  tokens are mixed before the value matrix.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from ..layers.product import bias_of
from .fused_layers import Mlp, Patches, PerHead, linear
from .joint_block import (
    BlockParts,
    JointBlock,
    Projections,
    SelfAttention,
    attend_once,
    merge_heads,
    split_heads,
)
from .rewrite import Rewrite, refuse_rest

_ATTENTION = ("blocks.{layer}.attention.qkv", "blocks.{layer}.attention.output")
_DENSE = ("blocks.{layer}.mlp.up", "blocks.{layer}.mlp.down")
_MODULES = MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE})
_BASE = 10000
"""Of the wavelengths of rotary positions."""


class FusedVJepa2(nn.Module):
    """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`.

    Args:
        module: transformers' `VJEPA2ForVideoClassification`; shares its weights.
    """

    cosines: torch.Tensor
    sines: torch.Tensor
    originals = MappingProxyType(
        {
            "blocks": "vjepa2.encoder.layer",
            "norm": "vjepa2.encoder.layernorm",
            "pooler_blocks": "pooler.self_attention_layers",
            "probe": "pooler.cross_attention_layer",
            "classifier": "classifier",
        }
    )
    """Parts of it -> what they stand for in the original."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        config, encoder = module.config, module.vjepa2.encoder
        self.config = config
        self.num_frames = int(config.frames_per_clip)
        self.patches = Patches(encoder.embeddings.patch_embeddings.proj)
        grid = config.crop_size // config.patch_size
        extents = (config.frames_per_clip // config.tubelet_size, grid, grid)
        cosines, sines = rotary_tables(extents, config.hidden_size // config.num_attention_heads)
        # Computed, never stored.
        self.register_buffer("cosines", cosines, persistent=False)  # (N, d)
        self.register_buffer("sines", sines, persistent=False)
        tokens = cosines.shape[0]
        self.blocks = nn.ModuleList(_Block(layer, tokens) for layer in encoder.layer)
        self.norm = encoder.layernorm
        self.pooler_blocks = nn.ModuleList(
            JointBlock(_pooler_parts(layer), tokens) for layer in module.pooler.self_attention_layers
        )
        self.probe = _Probe(module.pooler)
        self.classifier = module.classifier

    def forward(self, pixel_values_videos: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(pixel_values_videos).flatten(1, 2)
        for block in self.blocks:
            tokens = block(tokens, self.cosines, self.sines)
        tokens = self.norm(tokens)
        for block in self.pooler_blocks:
            tokens = block(tokens)
        return self.classifier(self.probe(tokens))


class _Block(nn.Module):
    """Rotary attention and feed-forward, tokens `(B, N, D)` -> `(B, N, D)`."""

    def __init__(self, layer: Any, tokens: int) -> None:
        super().__init__()
        inner = layer.attention
        heads = inner.num_attention_heads
        query, key = _sort_halves(inner.query, heads), _sort_halves(inner.key, heads)
        self.norm = layer.norm1
        self.attention = _RotaryAttention(Projections(query, key, inner.value, inner.proj, heads), tokens)
        self.mlp_norm = layer.norm2
        self.mlp = Mlp(layer.mlp.fc1, layer.mlp.activation, layer.mlp.fc2)

    def forward(self, tokens: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:
        tokens = tokens + self.attention(self.norm(tokens), cosines, sines)
        return tokens + self.mlp(self.mlp_norm(tokens))


class _RotaryAttention(SelfAttention):
    """As `SelfAttention`, with queries and keys turned by their places."""

    def __init__(self, parts: Projections, tokens: int) -> None:
        super().__init__(parts, tokens)
        self.width = parts.query.out_features // parts.heads

    def forward(self, tokens: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        query, key, value = self.split(tokens)
        query, key = (each * cosines + _quarter_turn(each, self.width) * sines for each in (query, key))
        return self.output(merge_heads(self.attention(query, key, value)))


class _Probe(nn.Module):
    """Attention of one query that never changes to all tokens, and feed-forward: `(B, N, D)` -> `(B, D)`."""

    token: torch.Tensor
    asked: torch.Tensor

    def __init__(self, pooler: Any) -> None:
        super().__init__()
        layer, query = pooler.cross_attention_layer, pooler.query_tokens.detach()  # (1, 1, D)
        inner = layer.cross_attn
        self.norm = layer.layer_norm1
        scaled = inner.q_proj(query).unflatten(-1, (inner.num_heads, -1))[0] * inner.scale  # (1, heads, d)
        keys = split_heads(inner.k_proj.weight, inner.num_heads)  # (heads, d, D)
        # A bias of the keys adds the same to all scores of a query, which softmax takes out again.
        self.register_buffer(
            "asked", (scaled.transpose(0, 1) @ keys).transpose(0, 1).detach()
        )  # (1, heads, D)
        self.value = PerHead(split_heads(inner.v_proj.weight, inner.num_heads))
        # Added once: weights sum to one.
        bias = bias_of(inner.v_proj)
        self.register_buffer("token", (query if bias is None else query + bias).detach())
        self.mlp_norm = layer.layer_norm2
        self.mlp = Mlp(layer.mlp.fc1, layer.mlp.activation, layer.mlp.fc2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        token = self.token + merge_heads(self.value(attend_once(self.asked, self.norm(tokens))))
        return (token + self.mlp(self.mlp_norm(token))).squeeze(1)


def _rotary_width(width: int) -> int:
    """How many channels of a head turn: a third of them along each axis, by pairs."""
    return 3 * 2 * (width // 3 // 2)


def rotary_tables(extents: tuple[int, int, int], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines by which the halves of a head's channels are turned, `(tokens, width)` each.

    Args:
        extents: of a clip in tokens: frames, rows, columns.
        width: of a head.

    The channels of a pair turn by two angles, not one: that is how the published weights were trained
    (transformers' `rotate_queries_or_keys`, "repeat" where others interleave).
    """
    axis = _rotary_width(width) // 3
    ids = torch.arange(extents[0] * extents[1] * extents[2], device="cpu")
    places = (ids // (extents[1] * extents[2]), ids // extents[2] % extents[1], ids % extents[2])
    speeds = 1.0 / _BASE ** (torch.arange(axis // 2, dtype=torch.float32, device="cpu") / (axis / 2.0))
    angles = torch.cat([(place.unsqueeze(-1) * speeds).repeat(1, 2) for place in places], 1)  # (N, 3 axis)
    first, second = angles[:, ::2], angles[:, 1::2]
    rest = torch.zeros(len(ids), width - 3 * axis, device="cpu")
    return (
        torch.cat((first.cos(), second.cos(), rest + 1), 1),
        torch.cat((-first.sin(), second.sin(), rest), 1),
    )


def _sort_halves(layer: nn.Linear, heads: int) -> nn.Linear:
    """The layer with its outputs sorted in each head: the first channels of the pairs that turn, the second ones, the
    rest."""
    width = layer.out_features // heads
    rotary = _rotary_width(width)
    order = [*range(0, rotary, 2), *range(1, rotary, 2), *range(rotary, width)]
    bias = bias_of(layer)
    return linear(
        split_heads(layer.weight, heads)[:, order].flatten(0, 1),
        None if bias is None else bias.unflatten(0, (heads, -1))[:, order].flatten(),
    )


def _quarter_turn(values: torch.Tensor, width: int) -> torch.Tensor:
    """The halves in each other's place; what is left over stays."""
    rotary = _rotary_width(width)
    parts = (values[..., rotary // 2 : rotary], values[..., : rotary // 2], values[..., rotary:])
    return torch.cat(parts if rotary < width else parts[:2], -1)


def _pooler_parts(layer: Any) -> BlockParts:
    inner, mlp = layer.self_attn, layer.mlp
    return BlockParts(
        layer.layer_norm1,
        Projections(inner.q_proj, inner.k_proj, inner.v_proj, inner.out_proj, inner.num_heads),
        layer.layer_norm2,
        Mlp(mlp.fc1, mlp.activation, mlp.fc2),
    )


def _build(module: Any) -> nn.Module:
    config = module.config
    refuse_rest(
        config.frames_per_clip, config.crop_size, (config.tubelet_size, config.patch_size, config.patch_size)
    )
    return FusedVJepa2(module)


REWRITE = Rewrite("VJEPA2ForVideoClassification", _build, _MODULES)
