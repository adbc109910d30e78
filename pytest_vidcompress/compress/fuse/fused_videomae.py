"""VideoMAE's classifier, computed without what cancels out.

The same function as transformers' module, up to the rounding of fp32:

- query, key and value are one layer;
- the head reads the mean over all tokens, and the last layer before it is linear: it is applied to the mean.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from ..layers.frame_choice import choice_of
from .fused_layers import Attention, Mlp, Patches, has_fewer_channels, together
from .rewrite import Rewrite

_ATTENTION = ("blocks.{layer}.qkv", "blocks.{layer}.output")
_DENSE = ("blocks.{layer}.mlp.up", "blocks.{layer}.mlp.down")
_MODULES = MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE})


class FusedVideoMAE(nn.Module):
    """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`.

    Args:
        module: transformers' `VideoMAEForVideoClassification`; shares its weights.
    """

    positions: torch.Tensor
    tables = ("positions",)
    """What is added to tokens: halves of it do no harm where the rest is int8."""
    originals = MappingProxyType({"blocks": "videomae.encoder.layer", "classifier": "classifier"})
    """Parts of it -> what they stand for in the original."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.config = module.config
        self.num_frames = int(getattr(module, "num_frames", module.config.num_frames))
        embeddings, layers = module.videomae.embeddings, list(module.videomae.encoder.layer)
        self.choice = choice_of(embeddings.patch_embeddings)
        self.patches = Patches(embeddings.patch_embeddings.projection)
        # Sines and cosines: computed, never stored, unless a narrower model has others.
        stored = "position_embeddings" in dict(embeddings.named_buffers())
        self.register_buffer("positions", embeddings.position_embeddings.detach().clone(), persistent=stored)
        self.pools = module.fc_norm is not None
        last = _LastBlock if self.pools else _Block
        tokens = self.positions.shape[1]
        self.blocks = nn.ModuleList(
            [*(_Block(layer, tokens) for layer in layers[:-1]), last(layers[-1], tokens)]
        )
        self.norm = module.fc_norm if self.pools else module.videomae.layernorm
        self.classifier = module.classifier

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        if self.choice is not None:
            pixel_values = self.choice(pixel_values)
        tokens = self.patches(pixel_values).flatten(1, 2) + self.positions
        for block in self.blocks:
            tokens = block(tokens)
        return self.classifier(self.norm(tokens[:, 0]))


class _Block(nn.Module):
    """Attention and feed-forward, tokens `(B, N, D)` -> `(B, N, D)`."""

    def __init__(self, layer: Any, tokens: int) -> None:
        super().__init__()
        inner = layer.attention.attention
        self.heads = inner.num_attention_heads
        self.norm = layer.layernorm_before
        self.qkv = together(inner.query, inner.key, inner.value)
        self.attention = Attention(tokens)
        self.output = layer.attention.output.dense
        self.shrunk = has_fewer_channels(self.output)
        self.mlp_norm = layer.layernorm_after
        self.mlp = Mlp(layer.intermediate.dense, layer.intermediate.intermediate_act_fn, layer.output.dense)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = self.attended(tokens)
        return tokens + self.mlp(self.mlp_norm(tokens))

    def attended(self, tokens: torch.Tensor) -> torch.Tensor:
        batch, count, width = tokens.shape
        qkv = self.qkv(self.norm(tokens)).reshape(batch, count, 3, self.heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (B, heads, N, d)
        inside = -1 if self.shrunk else width
        mixed = self.attention(query, key, value).transpose(1, 2).reshape(batch, count, inside)
        return tokens + self.output(mixed)


class _LastBlock(_Block):
    """As `_Block`, and the mean over all tokens: `(B, N, D)` -> `(B, 1, D)`."""

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = self.attended(tokens)
        inner = self.mlp.activation(self.mlp.up(self.mlp_norm(tokens)))
        return tokens.mean(1, keepdim=True) + self.mlp.down(inner.mean(1, keepdim=True))

    def taking(self, tokens: torch.Tensor) -> tuple[torch.Tensor]:
        return (tokens,)

    def comparable(self, own: torch.Tensor, original: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return own, original.mean(1, keepdim=True)


REWRITE = Rewrite("VideoMAEForVideoClassification", FusedVideoMAE, _MODULES)
