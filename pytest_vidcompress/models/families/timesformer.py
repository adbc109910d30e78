"""TimeSformer: attention over time, then over space.

Bertasius et al., "Is Space-Time Attention All You Need for Video Understanding?", ICML 2021.

Geometries and statistics are of the named checkpoints' cards and configurations, accuracies and protocol of the
paper's code and its model zoo: one clip of 8x32, 16x16 or 96x4, of Something-Something v2 one over the whole video;
three crops, whose logits are added up.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...clips.profile import Profile, Sampling, Views
from ..family import KINETICS_400, KINETICS_600, POCKET, SSV2, Family, LabelSpace, Pretrained

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


def _profile(frames: int, rate: int, size: int, sampling: Sampling = "span") -> Profile:
    return Profile(
        frames,
        rate,
        size,
        mean=(0.45, 0.45, 0.45),
        std=(0.225, 0.225, 0.225),
        sampling=sampling,
        modules=_MODULES,
        published=Views(clips=1, crops=3),
        merge="logits",
        middle="ceil",
    )


def _pretrained(
    checkpoint: str,
    profile: Profile,
    top1: float,
    labels: LabelSpace = KINETICS_400,
    pocket: Path | None = None,
) -> Pretrained:
    return Pretrained(
        model_type="timesformer",
        checkpoint=checkpoint,
        profile=profile,
        geometry=MappingProxyType(
            {"num_frames": profile.frames, "image_size": profile.size, "hidden_size": 768}
        ),
        pocket=pocket,
        labels=labels,
        top1=top1,
    )


_BASE, _HR, _LARGE = _profile(8, 32, 224), _profile(16, 16, 448), _profile(96, 4, 224)


def _frames_of(module: Any) -> int:
    # A model that attends within frames only has no time embeddings, and takes any number.
    return int(module.timesformer.embeddings.time_embeddings.shape[1])


FAMILY = Family(
    model_type="timesformer",
    title="TimeSformer",
    profile=_BASE,
    pretrained=MappingProxyType(
        {
            "timesformer": _pretrained(
                "facebook/timesformer-base-finetuned-k400", _BASE, 0.779, pocket=POCKET / "timesformer"
            ),
            "timesformer-hr": _pretrained("facebook/timesformer-hr-finetuned-k400", _HR, 0.796),
            "timesformer-large": _pretrained("fcakyon/timesformer-large-finetuned-k400", _LARGE, 0.806),
            "timesformer-k600": _pretrained(
                "facebook/timesformer-base-finetuned-k600", _BASE, 0.791, KINETICS_600
            ),
            "timesformer-hr-k600": _pretrained(
                "facebook/timesformer-hr-finetuned-k600", _HR, 0.818, KINETICS_600
            ),
            # Of the whole video, whatever its length: the middle frame of each of so many parts.
            "timesformer-ssv2": _pretrained(
                "facebook/timesformer-base-finetuned-ssv2", _profile(8, 1, 224, "segments"), 0.591, SSV2
            ),
            "timesformer-hr-ssv2": _pretrained(
                "facebook/timesformer-hr-finetuned-ssv2", _profile(16, 1, 448, "segments"), 0.618, SSV2
            ),
        }
    ),
    frames_of=_frames_of,
    time_embeddings="embeddings.time_embeddings",
)
