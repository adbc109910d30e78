"""TimeSformer as `fuse` leaves it, whose blocks take patches of each frame away; never of the last block's."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ..fuse.fused_timesformer import FusedTimesformer, average, with_class_token
from ..layers.adopt import adopt
from .reduced_block import ReducedBlock, reduced_blocks, tokens_at
from .reduced_timesformer import frame_grid, with_one
from .token_grid import Reductions, TokenFamily, TokenGrid

Reduced = tuple[torch.Tensor, torch.Tensor, "torch.Tensor | None"]


class _Block(ReducedBlock):
    """As a block of `FusedTimesformer`: class token `(B, 1, D)`, patches `(B, T, P, D)` and sizes `(B, T, P)`."""

    temporal: Any
    spatial: Any
    mlp_norm: nn.LayerNorm
    mlp: nn.Module

    def forward(
        self, token: torch.Tensor, patches: torch.Tensor, sizes: torch.Tensor | None = None
    ) -> Reduced:
        token, patches, keys = self._within_frames(token, patches + self.temporal(patches), sizes)
        patches, sizes = self.reduce(patches, keys, sizes)
        both = torch.cat((token, patches.flatten(1, 2)), 1)
        both = both + self.mlp(self.mlp_norm(both))
        return both[:, :1], both[:, 1:].reshape(patches.shape), sizes

    def _within_frames(
        self, token: torch.Tensor, patches: torch.Tensor, sizes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Both after spatial attention, and the patches' keys."""
        part = self.spatial
        tokens = with_class_token(token, patches)
        batch, frames, places, _ = tokens.shape
        qkv = part.qkv(part.norm(tokens.flatten(1, 2))).reshape(batch * frames, places, 3, part.heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (B T, heads, 1 + P, d)
        bias = self.bias(with_one(sizes))
        mixed = part.attention(query, key, value, *(() if bias is None else (bias,)))
        tokens = tokens + part.output(mixed.transpose(1, 2).reshape(batch, frames, places, -1))
        return average(tokens[:, :, 0]), tokens[:, :, 1:], key[:, :, 1:]

    def taking(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return tokens[:, :1], tokens[:, 1:].unflatten(1, (-1, self.temporal.frames)).transpose(1, 2)

    def comparable(self, own: Any, original: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return own[0], original[:, :1]


class _LastBlock(_Block):
    """As the last block of `FusedTimesformer`, for the class token alone."""

    heads: int
    norm: nn.LayerNorm
    query: nn.Module
    key: nn.Module
    value: nn.Module
    value_bias: torch.Tensor | None
    output: nn.Module

    def forward(
        self, token: torch.Tensor, patches: torch.Tensor, sizes: torch.Tensor | None = None
    ) -> Reduced:
        batch, frames = patches.shape[:2]
        patches = patches + self.temporal(patches)
        tokens = self.norm(with_class_token(token, patches))  # (B, T, 1 + P, D)
        query = self.query(self.norm(token)).reshape(batch, self.heads, 1, -1)
        scores = self.key(query).transpose(1, 2) @ tokens.transpose(2, 3)  # (B, T, heads, 1 + P)
        bias = self.bias(with_one(sizes))
        weights = (scores if bias is None else scores + bias.reshape(batch, frames, 1, -1)).softmax(-1)
        mixed = average(weights @ tokens).transpose(1, 2)  # (B, heads, 1, D)
        mixed = self.value(mixed).reshape(batch, 1, -1)
        if self.value_bias is not None:
            mixed = mixed + self.value_bias
        token = token + self.output(mixed)
        return token + self.mlp(self.mlp_norm(token)), patches, None


class _Model(FusedTimesformer):
    """As `FusedTimesformer`."""

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        if self.choice is not None:
            pixel_values = self.choice(pixel_values)
        patches = self.patches(pixel_values) + self.positions
        patches = (patches.unsqueeze(2) + self.times).squeeze(2)
        token, sizes = self.class_token.expand(patches.shape[0], -1, -1), None
        for block in self.blocks:
            token, patches, sizes = block(token, patches, sizes)
        return self.classifier(self.norm(token.squeeze(1)))


def _grid(module: Any) -> TokenGrid:
    return frame_grid(module.times.shape[1], module.positions.shape[2], len(module.blocks))


def _reduced(module: Any, reductions: Reductions) -> nn.Module:
    made = adopt(_Model, module)
    kinds = [*[_Block] * (len(module.blocks) - 1), _LastBlock]
    blocks = [*reduced_blocks(list(module.blocks), kinds, reductions)]
    # How many there are decides whether products of attention pay as integers.
    for block, tokens in zip(blocks[:-1], tokens_at(1 + module.positions.shape[2], reductions), strict=False):
        block.spatial.attention.tokens = tokens
    made.blocks = nn.ModuleList(blocks)
    return made


TOKENS = TokenFamily("FusedTimesformer", _grid, _reduced)
