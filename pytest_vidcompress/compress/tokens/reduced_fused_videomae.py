"""VideoMAE as `fuse` leaves it, whose blocks take tokens away."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ..fuse.fused_layers import Attention, Mlp
from ..fuse.fused_videomae import FusedVideoMAE
from ..layers.adopt import adopt
from .reduced_block import ReducedBlock, reduced_blocks, tokens_at
from .reduced_videomae import JointComparison, joint_grid, refuse_first_token
from .token_grid import Reductions, TokenFamily, TokenGrid
from .token_sizes import mean_token


class _Block(JointComparison, ReducedBlock):
    """As a block of `FusedVideoMAE`, tokens `(B, N, D)` and sizes `(B, N)` -> fewer of both."""

    heads: int
    norm: nn.LayerNorm
    qkv: nn.Module
    attention: Attention
    output: nn.Module
    mlp_norm: nn.LayerNorm
    mlp: Mlp

    def forward(
        self, tokens: torch.Tensor, sizes: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        tokens, sizes = self.attended(tokens, sizes)
        return tokens + self.mlp(self.mlp_norm(tokens)), sizes

    def attended(
        self, tokens: torch.Tensor, sizes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        batch, count, _ = tokens.shape
        qkv = self.qkv(self.norm(tokens)).reshape(batch, count, 3, self.heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (B, heads, N, d)
        bias = self.bias(sizes)
        mixed = self.attention(query, key, value, *(() if bias is None else (bias,)))
        tokens = tokens + self.output(mixed.transpose(1, 2).reshape(batch, count, -1))
        return self.reduce_joint(tokens, key, sizes)


class _LastBlock(_Block):
    """As `_Block`, and the mean over all that tokens stand for: `(B, N, D)` -> `(B, 1, D)`."""

    def forward(
        self, tokens: torch.Tensor, sizes: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        tokens, sizes = self.attended(tokens, sizes)
        inner = self.mlp.activation(self.mlp.up(self.mlp_norm(tokens)))
        counted = sizes if self.carried.weighted else None
        return mean_token(tokens, counted) + self.mlp.down(mean_token(inner, counted)), None


class _Model(FusedVideoMAE):
    """As `FusedVideoMAE`."""

    start: nn.Module | None
    """Which tokens of a clip it begins with, where not with all: then of one clip after the other."""

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        if self.choice is not None:
            pixel_values = self.choice(pixel_values)
        tokens = self.patches(pixel_values).flatten(1, 2) + self.positions
        if self.start is None:
            return self._logits(tokens)
        clips = zip(tokens.split(1), pixel_values.split(1), strict=True)
        return torch.cat([self._logits(*self.start(each, clip)) for each, clip in clips])

    def _logits(self, tokens: torch.Tensor, sizes: torch.Tensor | None = None) -> torch.Tensor:
        for block in self.blocks:
            tokens, sizes = block(tokens, sizes)
        return self.classifier(self.norm(tokens[:, 0]))


def _grid(module: Any) -> TokenGrid:
    refuse_first_token(module.pools)
    size, patches = module.config.image_size, module.patches
    height, width = size if isinstance(size, list | tuple) else (size, size)
    cut = (patches.frames, patches.height, patches.width)
    return joint_grid(module.positions.shape[1], (height, width), cut, len(module.blocks))


def _reduced(module: Any, reductions: Reductions) -> nn.Module:
    made = adopt(_Model, module)
    kinds = [*[_Block] * (len(module.blocks) - 1), _LastBlock]
    blocks = [*reduced_blocks(list(module.blocks), kinds, reductions)]
    # How many there are decides whether products of attention pay as integers.
    for block, tokens in zip(blocks, tokens_at(module.positions.shape[1], reductions), strict=True):
        block.attention.tokens = tokens
    made.blocks, made.start = nn.ModuleList(blocks), reductions.start
    return made


TOKENS = TokenFamily("FusedVideoMAE", _grid, _reduced)
