"""TimeSformer as transformers has it, whose blocks take patches of each frame away; never of the last block's.

Tokens lie place by place, as transformers has them, and every frame is left as many places: temporal attention mixes
what stands at one place of that order in all frames, which need not be one place of the pictures any more.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ...errors import VidcompressError
from ..layers.adopt import adopt
from .reduced_block import Encoded, ReducedBlock, reduced_blocks
from .token_grid import Reductions, TokenFamily, TokenGrid


class _Layer(ReducedBlock):
    """As `TimesformerLayer` of divided attention: tokens `(B, 1 + P T, D)` and sizes `(B, T, P)` -> fewer of both."""

    config: Any
    drop_path: nn.Module
    attention: Any
    intermediate: nn.Module
    output: nn.Module
    layernorm_before: nn.LayerNorm
    layernorm_after: nn.LayerNorm
    temporal_layernorm: nn.LayerNorm
    temporal_attention: nn.Module
    temporal_dense: nn.Module

    def forward(
        self, tokens: torch.Tensor, sizes: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        token, patches = tokens[:, :1], self._over_time(tokens[:, 1:])
        token, by_frame, keys = self._within_frames(token, patches, sizes)
        by_frame, sizes = self.reduce(by_frame, keys, sizes)
        tokens = torch.cat((token, by_frame.transpose(1, 2).flatten(1, 2)), 1)
        inner = self.intermediate(self.layernorm_after(tokens))
        return tokens + self.drop_path(self.output(inner)), sizes

    def _over_time(self, patches: torch.Tensor) -> torch.Tensor:
        """`(B, P T, D)` after temporal attention."""
        folded = patches.reshape(-1, self.config.num_frames, patches.shape[-1])
        mixed = self.drop_path(self.temporal_attention(self.temporal_layernorm(folded))[0])
        return patches + self.temporal_dense(mixed.reshape(patches.shape))

    def _within_frames(
        self, token: torch.Tensor, patches: torch.Tensor, sizes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The class token and the patches `(B, T, P, D)` after spatial attention, and the patches' keys."""
        frames = self.config.num_frames
        by_frame = patches.unflatten(1, (-1, frames)).transpose(1, 2)
        copies = token.unsqueeze(1).expand(-1, frames, -1, -1)
        tokens = torch.cat((copies, by_frame), 2).flatten(0, 1)
        mixed, keys = self._attended(self.layernorm_before(tokens), sizes)
        mixed = self.drop_path(self.attention.output(mixed)).unflatten(0, (-1, frames))
        return token + mixed[:, :, 0].mean(1, True), by_frame + mixed[:, :, 1:], keys[:, :, 1:]

    def _attended(
        self, normed: torch.Tensor, sizes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What heads give, `(B T, 1 + P, heads d)`, and the keys, `(B T, heads, 1 + P, d)`."""
        inner = self.attention.attention
        batch, count, _ = normed.shape
        qkv = inner.qkv(normed).reshape(batch, count, 3, inner.num_heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = (query @ key.transpose(-2, -1)) * inner.scale
        bias = self.bias(with_one(sizes))
        mixed = (scores if bias is None else scores + bias).softmax(-1) @ value
        return mixed.transpose(1, 2).reshape(batch, count, -1), key


class _Encoder(nn.Module):
    """As `TimesformerEncoder`."""

    layer: nn.ModuleList

    def forward(self, tokens: torch.Tensor, *_: Any, **__: Any) -> Encoded:
        sizes = None
        for layer in self.layer:
            tokens, sizes = layer(tokens, sizes)
        return Encoded(tokens)


def with_one(sizes: torch.Tensor | None) -> torch.Tensor | None:
    """Sizes `(B, T, P)` of patches with that of a class token in front of each frame, `(B T, 1 + P)`."""
    if sizes is None:
        return None
    return torch.cat((torch.ones_like(sizes[:, :, :1]), sizes), 2).flatten(0, 1)


def _grid(module: Any) -> TokenGrid:
    if module.config.attention_type != "divided_space_time":
        raise VidcompressError(
            f"its attention is {module.config.attention_type}: expected TimeSformer's divided one"
        )
    embeddings = module.timesformer.embeddings
    places = embeddings.position_embeddings.shape[1] - 1
    return frame_grid(embeddings.time_embeddings.shape[1], places, len(module.timesformer.encoder.layer))


def frame_grid(frames: int, places: int, layers: int) -> TokenGrid:
    """Of a TimeSformer of so many blocks."""
    if layers < 2:
        raise VidcompressError("it has one block, and the head reads none of the last block's patches")
    return TokenGrid(frames, places, layers - 1, joint=False)


def _reduced(module: Any, reductions: Reductions) -> nn.Module:
    encoder = adopt(_Encoder, module.timesformer.encoder)
    layers = list(encoder.layer)
    encoder.layer = nn.ModuleList(reduced_blocks(layers, [_Layer] * len(layers), reductions))
    module.timesformer.encoder = encoder
    return module


TOKENS = TokenFamily("TimesformerForVideoClassification", _grid, _reduced)
