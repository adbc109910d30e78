"""ViViT's classifier, computed without what is thrown away.

The same function as transformers' module, up to the rounding of fp32:

- query, key and value are one layer, and attention is torch's fused one;
- the head reads the class token alone, so the last block computes nothing for the others.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from ..layers.frame_choice import choice_of
from .fused_layers import Mlp, Patches
from .joint_block import BlockParts, ClassTokenBlock, JointBlock, Projections
from .rewrite import Rewrite, refuse_rest

_ATTENTION = ("blocks.{layer}.attention.qkv", "blocks.{layer}.attention.output")
_DENSE = ("blocks.{layer}.mlp.up", "blocks.{layer}.mlp.down")
_MODULES = MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE})


class FusedVivit(nn.Module):
    """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`.

    Args:
        module: transformers' `VivitForVideoClassification`; shares its weights.
    """

    class_token: torch.Tensor
    positions: torch.Tensor
    tables = ("positions",)
    """What is added to tokens: halves of it do no harm where the rest is int8."""
    originals = MappingProxyType({"blocks": "vivit.layers", "classifier": "classifier"})
    """Parts of it -> what they stand for in the original."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.config = module.config
        self.num_frames = int(getattr(module, "num_frames", module.config.num_frames))
        embeddings, layers = module.vivit.embeddings, list(module.vivit.layers)
        position = embeddings.position_embeddings
        self.choice = choice_of(embeddings.patch_embeddings)
        self.patches = Patches(embeddings.patch_embeddings.projection)
        self.register_buffer("class_token", (embeddings.cls_token + position[:, :1]).detach())  # (1, 1, D)
        self.register_buffer("positions", position[:, 1:].detach().clone())  # (1, P, D)
        tokens = position.shape[1]
        self.blocks = nn.ModuleList(
            [
                *(JointBlock(_parts(layer), tokens) for layer in layers[:-1]),
                ClassTokenBlock(_parts(layers[-1])),
            ]
        )
        self.norm = module.vivit.layernorm
        self.classifier = module.classifier

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        if self.choice is not None:
            pixel_values = self.choice(pixel_values)
        patches = self.patches(pixel_values).flatten(1, 2) + self.positions
        tokens = torch.cat((self.class_token.expand(patches.shape[0], -1, -1), patches), 1)
        for block in self.blocks:
            tokens = block(tokens)
        return self.classifier(self.norm(tokens.squeeze(1)))


def _parts(layer: Any) -> BlockParts:
    inner, mlp = layer.attention, layer.mlp
    return BlockParts(
        layer.layernorm_before,
        Projections(inner.q_proj, inner.k_proj, inner.v_proj, inner.o_proj, inner.num_attention_heads),
        layer.layernorm_after,
        Mlp(mlp.fc1, mlp.activation_fn, mlp.fc2),
    )


def _build(module: Any) -> nn.Module:
    config = module.config
    refuse_rest(config.num_frames, config.image_size, config.tubelet_size)
    return FusedVivit(module)


REWRITE = Rewrite("VivitForVideoClassification", _build, _MODULES)
