"""VideoMAE: joint attention over tubelets.

Tong et al., "VideoMAE: Masked Autoencoders are Data-Efficient Learners for Self-Supervised Video Pre-Training",
NeurIPS 2022.

Geometries and statistics are of the named checkpoints' cards and configurations, accuracies and protocol of the
paper's code and its model zoo: five clips of 16x4, of Something-Something v2 two over the whole video; three crops,
whose softmax is added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...clips.profile import Profile, Views
from ...errors import VidcompressError
from ..checkpoint.original_layout import OriginalLayout, Shapes
from ..family import KINETICS_400, POCKET, SSV2, Family, LabelSpace, Pretrained

if TYPE_CHECKING:
    import torch

# The study prunes these; its sparsity columns tell which.
_ATTENTION = (
    "videomae.encoder.layer.{layer}.attention.attention.query",
    "videomae.encoder.layer.{layer}.attention.attention.key",
    "videomae.encoder.layer.{layer}.attention.attention.value",
    "videomae.encoder.layer.{layer}.attention.output.dense",
)
_DENSE = (
    "videomae.encoder.layer.{layer}.intermediate.dense",
    "videomae.encoder.layer.{layer}.output.dense",
)
_MODULES = MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE})


def _frames_of(module: Any) -> int:
    embeddings = module.videomae.embeddings
    patches = embeddings.patch_embeddings
    (height, width), (down, across) = patches.image_size, patches.patch_size
    tubelets = embeddings.position_embeddings.shape[1] // ((height // down) * (width // across))
    # What is left over of an odd number of frames makes no tubelet.
    configured = int(module.config.num_frames)
    return configured if configured // patches.tubelet_size == tubelets else tubelets * patches.tubelet_size


_PROFILE = Profile(
    16, 4, 224, sampling="stride", modules=_MODULES, published=Views(clips=5, crops=3), merge="softmax"
)
# The first and the middle frame of each of sixteen parts.
_SSV2 = replace(_PROFILE, rate=1, sampling="uniform", published=Views(clips=2, crops=3))
_WIDTHS = MappingProxyType(
    {"small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16), "huge": (1280, 32, 16)}
)
"""Hidden size, layers and heads."""


def _pretrained(
    size: str, top1: float, labels: LabelSpace = KINETICS_400, pocket: Path | None = None
) -> Pretrained:
    hidden, layers, heads = _WIDTHS[size]
    return Pretrained(
        model_type="videomae",
        checkpoint=f"MCG-NJU/videomae-{size}-finetuned-{'ssv2' if labels is SSV2 else 'kinetics'}",
        profile=_SSV2 if labels is SSV2 else _PROFILE,
        geometry=MappingProxyType(
            {
                "num_frames": 16,
                "image_size": 224,
                "use_mean_pooling": True,
                "hidden_size": hidden,
                "num_hidden_layers": layers,
                "num_attention_heads": heads,
                "intermediate_size": 4 * hidden,
            }
        ),
        pocket=pocket,
        labels=labels,
        top1=top1,
    )


# The authors' code: MCG-NJU/VideoMAE, OpenGVLab/VideoMAEv2 and MCG-NJU/AMD, `modeling_finetune.py`.
_BLOCK = re.compile(r"blocks\.(?P<number>\d+)\.(?P<part>.+)")
_PATCHES, _HEAD = "patch_embed.proj.weight", "head.weight"
_RENAMED = MappingProxyType(
    {
        "patch_embed.proj": "videomae.embeddings.patch_embeddings.projection",
        "norm": "videomae.layernorm",
        "fc_norm": "fc_norm",
        "head": "classifier",
    }
)
_RENAMED_IN_BLOCK = MappingProxyType(
    {
        "norm1": "layernorm_before",
        "attn.proj": "attention.output.dense",
        "norm2": "layernorm_after",
        "mlp.fc1": "intermediate.dense",
        "mlp.fc2": "output.dense",
    }
)
_SHARES = ("query", "key", "value")
_HEADS = MappingProxyType({hidden: heads for hidden, _, heads in _WIDTHS.values()} | {1408: 16})
"""Width -> heads, which no tensor tells; 1408: VideoMAE v2's giant."""
_EPSILON = 1e-6
"""Of the authors' norms; transformers' last one has 1e-5, which nothing can set."""


def _geometry(shapes: Shapes) -> dict[str, Any]:
    hidden, channels, tubelet, patch, _ = _extents(shapes, _PATCHES, 5)
    blocks = {int(found["number"]) for name in shapes if (found := _BLOCK.fullmatch(name))}
    if "blocks.0.mlp.fc1.weight" not in shapes or blocks != {*range(len(blocks))}:
        raise VidcompressError("its blocks are not numbered from 0 on")
    heads = _HEADS.get(hidden, hidden // 64 if hidden % 64 == 0 else 0)
    return {
        "model_type": "videomae",
        "hidden_size": hidden,
        "num_channels": channels,
        "tubelet_size": tubelet,
        "patch_size": patch,
        "num_hidden_layers": len(blocks),
        "intermediate_size": _extents(shapes, "blocks.0.mlp.fc1.weight", 2)[0],
        "qv_bias": not shapes.keys().isdisjoint({"blocks.0.attn.q_bias", "blocks.0.attn.qkv.bias"}),
        "use_mean_pooling": "fc_norm.weight" in shapes,
        "layer_norm_eps": _EPSILON,
        "num_labels": _extents(shapes, _HEAD, 2)[0],
        **({"num_attention_heads": heads} if heads else {}),
    }


def _extents(shapes: Shapes, name: str, axes: int) -> tuple[int, ...]:
    if len(shapes[name]) != axes:
        raise VidcompressError(f"{name} has shape {shapes[name]}, expected {axes} axes")
    return shapes[name]


def _renamed(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return dict(pair for name, tensor in tensors.items() for pair in _pairs(name, tensor))


def _pairs(name: str, tensor: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """A tensor under its other name; queries, keys and values, which are one here, under theirs."""
    found = _BLOCK.fullmatch(name)
    if not found:
        stem, _, kind = name.rpartition(".")
        yield (f"{_RENAMED[stem]}.{kind}" if stem in _RENAMED else name), tensor
        return
    block, part = f"videomae.encoder.layer.{found['number']}", found["part"]
    stem, _, kind = part.rpartition(".")
    if stem == "attn.qkv":
        for share, rows in zip(_SHARES, tensor.chunk(3), strict=True):
            # A bias of keys shifts all scores of a query alike, which no softmax sees.
            if (share, kind) != ("key", "bias"):
                yield f"{block}.attention.attention.{share}.{kind}", rows
    elif part in ("attn.q_bias", "attn.v_bias"):
        yield f"{block}.attention.attention.{'query' if part == 'attn.q_bias' else 'value'}.bias", tensor
    elif stem in _RENAMED_IN_BLOCK:
        yield f"{block}.{_RENAMED_IN_BLOCK[stem]}.{kind}", tensor
    else:
        yield name, tensor


FAMILY = Family(
    model_type="videomae",
    title="VideoMAE",
    embedding="mean of tokens",
    profile=_PROFILE,
    pretrained=MappingProxyType(
        {
            "videomae": _pretrained("base", 0.815, pocket=POCKET / "videomae"),
            "videomae-small": _pretrained("small", 0.79),
            "videomae-large": _pretrained("large", 0.852),
            "videomae-huge": _pretrained("huge", 0.866),
            "videomae-ssv2": _pretrained("base", 0.706, SSV2),
        }
    ),
    frames_of=_frames_of,
    original=OriginalLayout(
        (_PATCHES, "blocks.0.attn.qkv.weight"),
        _HEAD,
        _geometry,
        _renamed,
        lambda module: {"pos_embed": module.videomae.embeddings.position_embeddings},
    ),
)
