"""VideoMAE: joint attention over tubelets.

Tong et al., "VideoMAE: Masked Autoencoders are Data-Efficient Learners for Self-Supervised Video Pre-Training",
NeurIPS 2022.

Geometries and statistics are of the named checkpoints' cards and configurations, accuracies and protocol of the
paper's code and its model zoo: five clips of 16x4, of Something-Something v2 two over the whole video; three crops,
whose softmax is added up.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...clips.profile import Profile, Views
from ..family import KINETICS_400, POCKET, SSV2, Family, LabelSpace, Pretrained

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


FAMILY = Family(
    model_type="videomae",
    title="VideoMAE",
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
)
