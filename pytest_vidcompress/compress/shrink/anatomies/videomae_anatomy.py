"""VideoMAE: joint attention over tubelets."""

from __future__ import annotations

from typing import Any

from torch import nn

from .anatomy import Anatomy, AttentionNames

_INNER = "attention.attention"


def _heads_of(inner: Any) -> tuple[int, int]:
    return inner.num_attention_heads, inner.attention_head_size


def _set_heads(block: nn.Module, names: AttentionNames, heads: int, size: int) -> None:
    inner: Any = block.get_submodule(names.inner)
    inner.num_attention_heads, inner.attention_head_size = heads, size
    inner.all_head_size, inner.scaling = heads * size, size**-0.5


ANATOMY = Anatomy(
    of="VideoMAEForVideoClassification",
    blocks="videomae.encoder.layer",
    attentions=(
        AttentionNames(
            "layernorm_before",
            _INNER,
            tuple(f"{_INNER}.{name}" for name in ("query", "key", "value")),
            "attention.output.dense",
        ),
    ),
    mlp_norm="layernorm_after",
    up="intermediate.dense",
    down="output.dense",
    heads_of=_heads_of,
    set_heads=_set_heads,
    patches="videomae.embeddings.patch_embeddings.projection",
    tables=("videomae.embeddings.position_embeddings",),
    last_norm=lambda module: "videomae.layernorm" if module.fc_norm is None else "fc_norm",
)
