"""ViViT: joint attention over tubelets with a class token. Its configuration can say how large a head is."""

from __future__ import annotations

from typing import Any

from torch import nn

from .anatomy import Anatomy, AttentionNames


def _heads_of(inner: Any) -> tuple[int, int]:
    return inner.num_attention_heads, inner.head_dim


def _set_heads(block: nn.Module, names: AttentionNames, heads: int, size: int) -> None:
    inner: Any = block.get_submodule(names.inner)
    inner.num_attention_heads, inner.head_dim, inner.scaling = heads, size, size**-0.5


def _configured_heads(config: Any) -> tuple[int, int]:
    heads = config.num_attention_heads
    return heads, getattr(config, "head_dim", config.hidden_size // heads)


def _configure_heads(config: Any, heads: int, size: int) -> None:
    config.num_attention_heads = heads
    if heads * size != config.hidden_size or hasattr(config, "head_dim"):
        config.head_dim = size


ANATOMY = Anatomy(
    of="VivitForVideoClassification",
    blocks="vivit.layers",
    attentions=(
        AttentionNames(
            "layernorm_before",
            "attention",
            tuple(f"attention.{name}_proj" for name in "qkv"),
            "attention.o_proj",
        ),
    ),
    mlp_norm="layernorm_after",
    up="mlp.fc1",
    down="mlp.fc2",
    heads_of=_heads_of,
    set_heads=_set_heads,
    configured_heads=_configured_heads,
    configure_heads=_configure_heads,
    patches="vivit.embeddings.patch_embeddings.projection",
    tables=("vivit.embeddings.cls_token", "vivit.embeddings.position_embeddings"),
    last_norm=lambda _: "vivit.layernorm",
    class_token=True,
)
