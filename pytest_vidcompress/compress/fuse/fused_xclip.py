"""X-CLIP's video branch and prompt generator, computed without what cancels out or never changes.

The same function as `XClipClassifier`, up to the rounding of fp32:

- query, key and value are one layer, and attention is torch's fused one; the message of a frame asks nothing;
- patches are averaged over frames before they are projected;
- what the labels ask of a video in the first layer of the prompt generator is the same for every clip.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import torch
from torch import nn
from torch.nn.functional import normalize

from .fused_layers import Attention, Mlp, Patches, linear, together
from .joint_block import BlockParts, JointBlock, Projections, SelfAttention, merge_heads
from .rewrite import Rewrite, refuse_rest

_ATTENTION = tuple(
    f"blocks.{{layer}}.{part}.{name}"
    for part in ("attention", "message_attention")
    for name in ("qkv", "output")
)
_DENSE = ("blocks.{layer}.mlp.up", "blocks.{layer}.mlp.down")
_MODULES = MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE})


class FusedXClip(nn.Module):
    """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`.

    Args:
        module: an `XClipClassifier`; shares its weights.
    """

    class_token: torch.Tensor
    positions: torch.Tensor
    frame_positions: torch.Tensor
    logit_scale: torch.Tensor
    tables = ("positions", "frame_positions")
    """What is added to tokens: halves of it do no harm where the rest is int8."""
    originals = MappingProxyType(
        {
            "first_norm": "vision_model.pre_layernorm",
            "blocks": "vision_model.encoder.layers",
            "last_norm": "vision_model.post_layernorm",
            "projection": "visual_projection",
            "frame_blocks": "mit.encoder.layers",
            "patch_norm": "prompts_visual_layernorm",
            "prompts.norm": "prompts_generator.layernorm",
            "prompts.layers": "prompts_generator.decoder",
        }
    )
    """Parts of it -> what they stand for in the original."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.config = module.config
        vision = module.vision_model
        places = vision.embeddings.position_embedding.weight.detach()
        frames = int(module.mit.position_embedding.shape[1])
        self.num_frames = frames
        self.patches = Patches(vision.embeddings.patch_embedding)
        class_token = vision.embeddings.class_embedding.detach() + places[0]
        self.register_buffer("class_token", class_token.reshape(1, 1, -1))
        self.register_buffer("positions", places[None, 1:].clone())  # (1, P, D)
        self.first_norm, self.last_norm = vision.pre_layernorm, vision.post_layernorm
        self.blocks = nn.ModuleList(_Block(layer, frames, len(places)) for layer in vision.encoder.layers)
        self.projection = module.visual_projection
        self.register_buffer("frame_positions", module.mit.position_embedding.detach().clone())  # (1, T, d)
        self.frame_blocks = nn.ModuleList(
            JointBlock(_parts(layer), frames) for layer in module.mit.encoder.layers
        )
        self.patch_norm = module.prompts_visual_layernorm
        self.patch_projection = linear(module.prompts_visual_projection.transpose(0, 1))
        self.prompts = _Prompts(module.prompts_generator, module.text_embeddings, len(places) - 1)
        self.register_buffer("logit_scale", module.logit_scale.detach().exp())

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        video, tokens = self._seen(pixel_values)
        seen = self.patch_norm(tokens[:, 1:]).unflatten(0, (len(video), -1)).mean(1)
        texts = normalize(self.prompts(self.patch_projection(seen)), dim=-1)  # (B, labels, d)
        return ((self.logit_scale * texts) @ normalize(video, dim=-1).unsqueeze(-1)).squeeze(-1)

    def embedding(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """What texts are held against, `(B, d)`."""
        return self._seen(pixel_values)[0]

    def _seen(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The vector of a clip, and the tokens of its frames `(B T, N, D)`."""
        patches = self.patches(pixel_values)
        batch, frames = patches.shape[:2]
        patches = patches.flatten(0, 1) + self.positions
        tokens = torch.cat((self.class_token.expand(patches.shape[0], -1, -1), patches), 1)
        tokens = self.first_norm(tokens)
        for block in self.blocks:
            tokens = block(tokens)
        of_frames = self.projection(self.last_norm(tokens[:, 0])).reshape(batch, frames, -1)
        mixed = of_frames + self.frame_positions
        for block in self.frame_blocks:
            mixed = block(mixed)
        return (mixed + of_frames).mean(1), tokens


class _Block(nn.Module):
    """Attention within frames, to a message from each other frame's, and feed-forward: `(B T, N, D)` -> the same."""

    def __init__(self, layer: Any, frames: int, tokens: int) -> None:
        super().__init__()
        parts = _parts(layer)
        self.frames = frames
        self.message = layer.message_fc
        self.message_norm = layer.message_ln
        self.message_attention = SelfAttention(_projections(layer.message_attn), frames)
        self.norm = parts.norm
        self.attention = _AttentionWithMessage(parts.projections, tokens + 1)
        self.mlp_norm = parts.mlp_norm
        self.mlp = parts.mlp

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        message = self.message(tokens[:, 0]).reshape(-1, self.frames, tokens.shape[-1])
        message = message + self.message_attention(self.message_norm(message))
        both = torch.cat((tokens, message.reshape(-1, 1, tokens.shape[-1])), 1)
        tokens = tokens + self.attention(self.norm(both))
        return tokens + self.mlp(self.mlp_norm(tokens))


class _AttentionWithMessage(SelfAttention):
    """As `SelfAttention`, of which the last token is only attended to: `(B, N + 1, D)` -> `(B, N, D)`."""

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        query, key, value = self.split(tokens)
        return self.output(merge_heads(self.attention(query[:, :, :-1], key, value)))


class _Prompts(nn.Module):
    """Embeddings of the labels, adapted to what a video shows: patches `(B, P, d)` -> `(B, labels, d)`."""

    texts: torch.Tensor
    alpha: torch.Tensor

    def __init__(self, generator: Any, texts: torch.Tensor, patches: int) -> None:
        super().__init__()
        self.register_buffer("texts", texts.detach().clone())  # (labels, d)
        self.register_buffer("alpha", generator.alpha.detach().clone())
        self.norm = generator.layernorm
        first, *others = generator.decoder
        self.layers = nn.ModuleList(
            [_FirstPrompt(first, texts, patches), *(_Prompt(layer, patches) for layer in others)]
        )

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        patches = self.norm(patches)
        adapted = self.texts.expand(patches.shape[0], -1, -1)
        for layer in self.layers:
            adapted = layer(adapted, patches)
        return self.texts + self.alpha * adapted


class _Prompt(nn.Module):
    """Attention of labels to patches, and feed-forward: `(B, labels, d)` and `(B, P, d)` -> `(B, labels, d)`."""

    def __init__(self, layer: Any, patches: int) -> None:
        super().__init__()
        inner = layer.cross_attn
        self.heads = inner.num_heads
        self.norm = layer.norm1
        self.query = inner.q_proj
        self.pairs = together(inner.k_proj, inner.v_proj)
        self.attention = Attention(patches)
        self.output = inner.proj
        self.mlp_norm = layer.norm3
        up, activation, _, down = layer.mlp
        self.mlp = Mlp(up, activation, down)

    def forward(self, texts: torch.Tensor, patches: torch.Tensor) -> torch.Tensor:
        batch, count, _ = patches.shape
        pairs = self.pairs(patches).reshape(batch, count, 2, self.heads, -1)
        key, value = pairs.permute(2, 0, 3, 1, 4).unbind(0)
        texts = texts + self.output(merge_heads(self.attention(self.queries(texts), key, value)))
        return texts + self.mlp(self.mlp_norm(texts))

    def queries(self, texts: torch.Tensor) -> torch.Tensor:
        """`(B, labels, d)` -> `(B, heads, labels, d / heads)`."""
        return self.query(self.norm(texts)).unflatten(-1, (self.heads, -1)).transpose(1, 2)


class _FirstPrompt(_Prompt):
    """As `_Prompt`, of texts that are the same for every clip."""

    asked: torch.Tensor

    def __init__(self, layer: Any, texts: torch.Tensor, patches: int) -> None:
        super().__init__(layer, patches)
        self.register_buffer("asked", super().queries(texts.unsqueeze(0)).detach().contiguous())
        del self.norm, self.query

    def queries(self, texts: torch.Tensor) -> torch.Tensor:
        return self.asked.expand(texts.shape[0], -1, -1, -1)


def _parts(layer: Any) -> BlockParts:
    mlp = layer.mlp
    return BlockParts(
        layer.layer_norm1,
        _projections(layer.self_attn),
        layer.layer_norm2,
        Mlp(mlp.fc1, mlp.activation_fn, mlp.fc2),
    )


def _projections(attention: Any) -> Projections:
    names = ("q_proj", "k_proj", "v_proj", "out_proj")
    return Projections(*(getattr(attention, name) for name in names), heads=attention.num_heads)


def _build(module: Any) -> nn.Module:
    vision = module.config.vision_config
    refuse_rest(1, vision.image_size, (1, vision.patch_size, vision.patch_size))
    return FusedXClip(module)


REWRITE = Rewrite("XClipClassifier", _build, _MODULES)
