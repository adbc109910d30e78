"""VideoMAE as transformers has it, whose blocks take tokens away."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from ...errors import VidcompressError
from ..layers.adopt import adopt
from ..layers.frame_choice import choice_of
from .reduced_block import Encoded, ReducedBlock, reduced_blocks
from .token_grid import Carried, Reductions, TokenFamily, TokenGrid
from .token_sizes import mean_token


class JointComparison:
    """How a block of joint attention is compared with its original: by the mean of all tokens."""

    def taking(self, tokens: torch.Tensor) -> tuple[torch.Tensor]:
        return (tokens,)

    def comparable(self, own: Any, original: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        tokens, sizes = own if isinstance(own, tuple) else (own, None)
        return mean_token(tokens, sizes), original.mean(1, keepdim=True)


class _Layer(JointComparison, ReducedBlock):
    """As `VideoMAELayer`, tokens `(B, N, D)` and sizes `(B, N)` -> fewer of both."""

    attention: Any
    intermediate: Any
    output: Any
    layernorm_before: nn.LayerNorm
    layernorm_after: nn.LayerNorm

    def forward(
        self, tokens: torch.Tensor, sizes: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        mixed, keys = self._mixed(self.layernorm_before(tokens), sizes)
        tokens = self.attention.output(mixed, tokens) + tokens
        tokens, sizes = self.reduce_joint(tokens, keys, sizes)
        return self.output(self.intermediate(self.layernorm_after(tokens)), tokens), sizes

    def _mixed(self, normed: torch.Tensor, sizes: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """What heads give, `(B, N, heads d)`, and the keys, `(B, heads, N, d)`."""
        inner = self.attention.attention
        batch, count, _ = normed.shape
        key, value, query = (
            part(normed).reshape(batch, count, inner.num_attention_heads, -1).transpose(1, 2)
            for part in (inner.key, inner.value, inner.query)
        )
        mixed = scaled_dot_product_attention(
            query, key, value, attn_mask=self.bias(sizes), scale=inner.scaling
        )
        return mixed.transpose(1, 2).reshape(batch, count, -1), key


class _Encoder(nn.Module):
    """As `VideoMAEEncoder`; gives the mean token alone where tokens stand for several."""

    layer: nn.ModuleList
    carried: Carried

    def forward(self, tokens: torch.Tensor, sizes: torch.Tensor | None = None, **_: Any) -> Encoded:
        for layer in self.layer:
            tokens, sizes = layer(tokens, sizes)
        if sizes is not None and self.carried.weighted:
            tokens = mean_token(tokens, sizes)
        return Encoded(tokens)


class _GivenSome(nn.Module):
    """As `VideoMAEModel`, of the tokens that a clip needs, one clip after the other."""

    embeddings: Any
    encoder: _Encoder
    start: nn.Module

    def forward(self, pixel_values: torch.Tensor, **_: Any) -> Encoded:
        return Encoded(torch.cat([self._of_one(clip) for clip in pixel_values.split(1)]))

    def _of_one(self, clip: torch.Tensor) -> torch.Tensor:
        embeddings = self.embeddings
        choice = choice_of(embeddings.patch_embeddings)
        seen = clip if choice is None else choice(clip)
        return mean_token(self.encoder(*self.start(embeddings(seen, None), seen)).last_hidden_state, None)


def _grid(module: Any) -> TokenGrid:
    refuse_first_token(module.fc_norm is not None)
    embeddings, blocks = module.videomae.embeddings, len(module.videomae.encoder.layer)
    patches = embeddings.patch_embeddings
    cut = (int(patches.tubelet_size), *patches.patch_size)
    return joint_grid(embeddings.position_embeddings.shape[1], patches.image_size, cut, blocks)


def refuse_first_token(reads_mean: bool) -> None:
    """Raises VidcompressError for a head that does not read the mean of all tokens."""
    if not reads_mean:
        raise VidcompressError(
            "its head reads the first token alone, which would have to stay: expected one that reads the mean of all"
        )


def joint_grid(tokens: int, size: tuple[int, int], cut: tuple[int, int, int], blocks: int) -> TokenGrid:
    """Of a VideoMAE.

    Args:
        tokens: of a clip.
        size: pixels of a frame, height and width.
        cut: frames, height and width of what a token is of.
        blocks: how many.
    """
    tubelet, down, across = cut
    places = (size[0] // down) * (size[1] // across)
    return TokenGrid(tokens // places, places, blocks, True, tubelet, (down, across))


def _reduced(module: Any, reductions: Reductions) -> nn.Module:
    encoder = adopt(_Encoder, module.videomae.encoder)
    layers = list(encoder.layer)
    encoder.layer = nn.ModuleList(reduced_blocks(layers, [_Layer] * len(layers), reductions))
    encoder.carried = reductions.carried
    module.videomae.encoder = encoder
    if reductions.start is not None:
        module.videomae = adopt(_GivenSome, module.videomae)
        module.videomae.start = reductions.start
    return module


TOKENS = TokenFamily("VideoMAEForVideoClassification", _grid, _reduced)
