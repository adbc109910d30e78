"""TimeSformer with divided attention, computed without what cancels out or is thrown away.

The same function as transformers' module, up to the rounding of fp32:

- the temporal attention's output layer and the layer after it are one;
- the head reads the class token alone, so the last block computes nothing for the others: no feed-forward, no
  output layer, no queries. Its one query is taken back through the key matrix instead of every token through it,
  and the tokens are mixed before the value matrix;
- attention is torch's fused one;
- tokens lie frame by frame, so that spatial attention moves none, and temporal attention strides.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from ...errors import VidcompressError
from ..layers.frame_choice import choice_of
from .fused_layers import Attention, Mlp, Patches, PerHead, has_fewer_channels, linear, product
from .rewrite import Rewrite

_MODULES = MappingProxyType(
    {
        "global": (
            "blocks.{layer}.temporal.qkv",
            "blocks.{layer}.spatial.qkv",
            "blocks.{layer}.spatial.output",
            "blocks.{layer}.mlp.up",
            "blocks.{layer}.mlp.down",
        ),
        "attention": ("blocks.{layer}.temporal.qkv", "blocks.{layer}.spatial.qkv"),
        "dense": ("blocks.{layer}.mlp.down",),
    }
)


class FusedTimesformer(nn.Module):
    """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`.

    Args:
        module: transformers' `TimesformerForVideoClassification` of divided attention; shares its weights.
    """

    class_token: torch.Tensor
    positions: torch.Tensor
    times: torch.Tensor
    tables = ("positions", "times")
    """What is added to tokens: halves of it do no harm where the rest is int8."""
    originals = MappingProxyType({"blocks": "timesformer.encoder.layer", "classifier": "classifier"})
    """Parts of it -> what they stand for in the original."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.config = module.config
        self.num_frames = int(getattr(module, "num_frames", module.config.num_frames))
        embeddings, layers = module.timesformer.embeddings, list(module.timesformer.encoder.layer)
        position = embeddings.position_embeddings
        self.choice = choice_of(embeddings.patch_embeddings)
        self.patches = Patches(embeddings.patch_embeddings.projection)
        self.register_buffer("class_token", (embeddings.cls_token + position[:, :1]).detach())  # (1, 1, D)
        # In the shapes in which they are added: what is reshaped first, OpenVINO stores reshaped, in float.
        self.register_buffer("positions", position[:, None, 1:].detach().clone())  # (1, 1, P, D)
        self.register_buffer(
            "times", embeddings.time_embeddings[:, :, None, None].detach()
        )  # (1, T, 1, 1, D)
        over = (self.times.shape[1], position.shape[1])
        self.blocks = nn.ModuleList(
            [*(_Block(layer, *over) for layer in layers[:-1]), _LastBlock(layers[-1], over[0])]
        )
        self.norm = module.timesformer.layernorm
        self.classifier = module.classifier

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        if self.choice is not None:
            pixel_values = self.choice(pixel_values)
        patches = self.patches(pixel_values) + self.positions
        # Not in one shape: of two tables OpenVINO makes one as large as all tokens, and stores that.
        patches = (patches.unsqueeze(2) + self.times).squeeze(2)
        token = self.class_token.expand(patches.shape[0], -1, -1)
        for block in self.blocks:
            token, patches = block(token, patches)
        # An axis less before the norm: smoothing goes from it to the classifier, which gives the logits themselves.
        return self.classifier(self.norm(token.squeeze(1)))


class _Block(nn.Module):
    """Temporal attention of the patches, spatial attention, feed-forward.

    Maps the class token `(B, 1, D)` and the patches `(B, T, P, D)` to the next ones.
    """

    def __init__(self, layer: Any, frames: int, places: int) -> None:
        super().__init__()
        self.temporal = _Temporal(layer, frames)
        self.spatial = _Spatial(layer, places)
        self.mlp_norm = layer.layernorm_after
        self.mlp = Mlp(layer.intermediate.dense, layer.intermediate.intermediate_act_fn, layer.output.dense)

    def forward(self, token: torch.Tensor, patches: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        shape = patches.shape
        token, patches = self.spatial(token, patches + self.temporal(patches))
        both = torch.cat((token, patches.flatten(1, 2)), 1)
        both = both + self.mlp(self.mlp_norm(both))
        return both[:, :1], both[:, 1:].reshape(shape)

    def taking(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return _frame_by_frame(tokens, self.temporal.frames)

    def comparable(
        self, own: tuple[torch.Tensor, torch.Tensor], original: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        token, patches = own
        return torch.cat((token, patches.transpose(1, 2).flatten(1, 2)), 1), original


class _Temporal(nn.Module):
    """Attention of each patch over its own place in all frames."""

    def __init__(self, layer: Any, frames: int) -> None:
        super().__init__()
        inner = layer.temporal_attention
        self.frames = frames
        self.heads = inner.attention.num_heads
        self.norm = layer.temporal_layernorm
        self.qkv = inner.attention.qkv
        self.attention = Attention(frames)
        self.output = product(layer.temporal_dense, inner.output.dense)
        self.shrunk = has_fewer_channels(self.output)

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        batch, frames, places, width = patches.shape
        # OpenVINO has a kernel for the norm of three dimensions, and none for four.
        qkv = self.qkv(self.norm(patches.flatten(1, 2))).reshape(batch, frames, places, 3, self.heads, -1)
        query, key, value = qkv.permute(3, 0, 2, 4, 1, 5).flatten(1, 2).unbind(0)  # (B P, heads, T, d)
        mixed = self.attention(query, key, value)
        mixed = mixed.reshape(batch, places, self.heads, frames, -1).permute(0, 3, 1, 2, 4)
        return self.output(mixed.reshape(batch, frames, places, -1 if self.shrunk else width))


class _Spatial(nn.Module):
    """Attention of the patches of a frame and the class token, whose copies in all frames are averaged."""

    def __init__(self, layer: Any, places: int) -> None:
        super().__init__()
        inner = layer.attention
        self.heads = inner.attention.num_heads
        self.norm = layer.layernorm_before
        self.qkv = inner.attention.qkv
        self.attention = Attention(places)
        self.output = inner.output.dense
        self.shrunk = has_fewer_channels(self.output)

    def forward(self, token: torch.Tensor, patches: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = with_class_token(token, patches)
        batch, frames, places, width = tokens.shape
        qkv = self.qkv(self.norm(tokens.flatten(1, 2))).reshape(batch * frames, places, 3, self.heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (B T, heads, 1 + P, d)
        inside = -1 if self.shrunk else width
        mixed = self.attention(query, key, value).transpose(1, 2).reshape(batch, frames, places, inside)
        tokens = tokens + self.output(mixed)
        return average(tokens[:, :, 0]), tokens[:, :, 1:]


class _LastBlock(nn.Module):
    """As `_Block`, for the class token alone."""

    value_bias: torch.Tensor | None

    def __init__(self, layer: Any, frames: int) -> None:
        super().__init__()
        self.temporal = _Temporal(layer, frames)
        inner = layer.attention
        self.heads = inner.attention.num_heads
        self.norm = layer.layernorm_before
        query, key, value = inner.attention.qkv.weight.chunk(3)
        bias = inner.attention.qkv.bias
        of_query, _, of_value = (None,) * 3 if bias is None else bias.chunk(3)
        scale = (query.shape[0] // self.heads) ** -0.5
        self.query = linear(query * scale, None if of_query is None else of_query * scale)
        # A bias of the keys adds the same to all scores of a query, which softmax takes out again.
        self.key = PerHead(key.unflatten(0, (self.heads, -1)).transpose(1, 2))  # d -> D
        self.value = PerHead(value.unflatten(0, (self.heads, -1)))  # D -> d
        # Added once: weights sum to one.
        self.register_buffer("value_bias", None if of_value is None else of_value.detach().clone())
        self.output = inner.output.dense
        self.shrunk = has_fewer_channels(self.output)
        self.mlp_norm = layer.layernorm_after
        self.mlp = Mlp(layer.intermediate.dense, layer.intermediate.intermediate_act_fn, layer.output.dense)

    def forward(self, token: torch.Tensor, patches: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        patches = patches + self.temporal(patches)
        tokens = self.norm(with_class_token(token, patches))  # (B, T, 1 + P, D)
        query = self.query(self.norm(token)).reshape(token.shape[0], self.heads, 1, -1)
        asked = self.key(query).transpose(1, 2)  # (B, 1, heads, D)
        weights = (asked @ tokens.transpose(2, 3)).softmax(-1)  # (B, T, heads, 1 + P)
        mixed = average(weights @ tokens).transpose(1, 2)  # (B, heads, 1, D)
        mixed = self.value(mixed).reshape((token.shape[0], 1, -1) if self.shrunk else token.shape)
        if self.value_bias is not None:
            mixed = mixed + self.value_bias
        token = token + self.output(mixed)
        return token + self.mlp(self.mlp_norm(token)), patches

    def taking(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return _frame_by_frame(tokens, self.temporal.frames)

    def comparable(
        self, own: tuple[torch.Tensor, torch.Tensor], original: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return own[0], original[:, :1]


def _frame_by_frame(tokens: torch.Tensor, frames: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Transformers' tokens `(B, 1 + P T, D)`, place by place -> class token `(B, 1, D)`, patches `(B, T, P, D)`."""
    return tokens[:, :1], tokens[:, 1:].unflatten(1, (-1, frames)).transpose(1, 2)


def with_class_token(token: torch.Tensor, patches: torch.Tensor) -> torch.Tensor:
    """`(B, 1, D)` before each frame of `(B, T, P, D)` -> `(B, T, 1 + P, D)`."""
    copies = token.unsqueeze(1).expand(-1, patches.shape[1], -1, -1)
    return torch.cat((copies, patches), 2)


def average(values: torch.Tensor) -> torch.Tensor:
    """Mean over frames, `(B, T, ...)` -> `(B, 1, ...)`, as a product: OpenVINO cannot quantize around a mean."""
    frames = values.shape[1]
    flat = values.reshape(values.shape[0], frames, -1)
    mean = torch.full((1, frames), 1 / frames, dtype=values.dtype, device=values.device) @ flat
    return mean.reshape(values.shape[0], 1, *values.shape[2:])


def _build(module: Any) -> nn.Module:
    if module.config.attention_type != "divided_space_time":
        raise VidcompressError(
            f"fuse rewrites TimeSformer's divided attention, and this one's is {module.config.attention_type}:"
            " leave fuse out of its recipes"
        )
    return FusedTimesformer(module)


REWRITE = Rewrite("TimesformerForVideoClassification", _build, _MODULES)
