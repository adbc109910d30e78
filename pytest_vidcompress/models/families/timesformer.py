"""TimeSformer: attention over time, then over space.

Bertasius et al., "Is Space-Time Attention All You Need for Video Understanding?", ICML 2021.

Geometries and statistics are of the named checkpoints' cards and configurations, the protocol of the paper's code:
one clip of 8x32 or 16x16, three crops, whose logits are added up.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from ...clips.profile import Profile, Views
from ..family import POCKET, Family, Pretrained

# The study prunes these; its sparsity columns tell which ("dense" is the MLP's output).
_ATTENTION = (
    "timesformer.encoder.layer.{layer}.attention.attention.qkv",
    "timesformer.encoder.layer.{layer}.temporal_attention.attention.qkv",
)
_OUTPUT = ("timesformer.encoder.layer.{layer}.output.dense",)
_MODULES = MappingProxyType(
    {
        "global": (
            *_ATTENTION,
            "timesformer.encoder.layer.{layer}.attention.output.dense",
            "timesformer.encoder.layer.{layer}.intermediate.dense",
            *_OUTPUT,
        ),
        "attention": _ATTENTION,
        "dense": _OUTPUT,
    }
)


def _profile(frames: int, rate: int, size: int) -> Profile:
    return Profile(
        frames,
        rate,
        size,
        mean=(0.45, 0.45, 0.45),
        std=(0.225, 0.225, 0.225),
        sampling="span",
        modules=_MODULES,
        published=Views(clips=1, crops=3),
        merge="logits",
        middle="ceil",
    )


def _frames_of(module: Any) -> int:
    # A model that attends within frames only has no time embeddings, and takes any number.
    return int(module.timesformer.embeddings.time_embeddings.shape[1])


FAMILY = Family(
    model_type="timesformer",
    title="TimeSformer",
    profile=_profile(frames=8, rate=32, size=224),
    pretrained=MappingProxyType(
        {
            "timesformer": Pretrained(
                model_type="timesformer",
                checkpoint="facebook/timesformer-base-finetuned-k400",
                profile=_profile(frames=8, rate=32, size=224),
                geometry=MappingProxyType({"num_frames": 8, "image_size": 224}),
                pocket=POCKET / "timesformer",
            ),
            "timesformer-hr": Pretrained(
                model_type="timesformer",
                checkpoint="facebook/timesformer-hr-finetuned-k400",
                profile=_profile(frames=16, rate=16, size=448),
                geometry=MappingProxyType({"num_frames": 16, "image_size": 448}),
            ),
        }
    ),
    frames_of=_frames_of,
    time_embeddings="embeddings.time_embeddings",
)
