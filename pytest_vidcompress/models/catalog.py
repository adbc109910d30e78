"""The families that are known by name: their geometry, published checkpoints and module names.

Sources: the model cards and configurations of the named checkpoints; protocols from the papers' test
configurations and code (TimeSformer 8x32 and 16x16 of one clip and three crops, which adds logits up; VideoMAE
16x4 of five clips and three crops, which adds softmax up).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..clips.profile import Profile
from ..clips.views import Views

POCKET = Path(__file__).parent / "pocket"
"""Where the packaged checkpoints are."""

# The study prunes these; its sparsity columns tell which (TimeSformer's "dense" is the MLP's output).
_TIMESFORMER_MODULES = MappingProxyType(
    {
        "global": (
            "timesformer.encoder.layer.{layer}.attention.attention.qkv",
            "timesformer.encoder.layer.{layer}.temporal_attention.attention.qkv",
            "timesformer.encoder.layer.{layer}.attention.output.dense",
            "timesformer.encoder.layer.{layer}.intermediate.dense",
            "timesformer.encoder.layer.{layer}.output.dense",
        ),
        "attention": (
            "timesformer.encoder.layer.{layer}.attention.attention.qkv",
            "timesformer.encoder.layer.{layer}.temporal_attention.attention.qkv",
        ),
        "dense": ("timesformer.encoder.layer.{layer}.output.dense",),
    }
)
_VIDEOMAE_ATTENTION = (
    "videomae.encoder.layer.{layer}.attention.attention.query",
    "videomae.encoder.layer.{layer}.attention.attention.key",
    "videomae.encoder.layer.{layer}.attention.attention.value",
    "videomae.encoder.layer.{layer}.attention.output.dense",
)
_VIDEOMAE_DENSE = (
    "videomae.encoder.layer.{layer}.intermediate.dense",
    "videomae.encoder.layer.{layer}.output.dense",
)
_VIDEOMAE_MODULES = MappingProxyType(
    {
        "global": _VIDEOMAE_ATTENTION + _VIDEOMAE_DENSE,
        "attention": _VIDEOMAE_ATTENTION,
        "dense": _VIDEOMAE_DENSE,
    }
)


@dataclass(frozen=True)
class Family:
    """A published architecture in one geometry."""

    model_type: str
    """As transformers' configurations call it."""
    checkpoint: str
    """Hub id of the weights fine-tuned on Kinetics-400."""
    profile: Profile
    """Of the published checkpoint."""
    geometry: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What its configuration sets besides the defaults of its class."""
    pocket: Path | None = None
    """Folder of the packaged checkpoint for the pocket clips."""


def _timesformer(frames: int, rate: int, size: int) -> Profile:
    return Profile(
        frames,
        rate,
        size,
        mean=(0.45, 0.45, 0.45),
        std=(0.225, 0.225, 0.225),
        sampling="span",
        modules=_TIMESFORMER_MODULES,
        published=Views(clips=1, crops=3),
        merge="logits",
        middle="ceil",
    )


CATALOG: Mapping[str, Family] = MappingProxyType(
    {
        "timesformer": Family(
            model_type="timesformer",
            checkpoint="facebook/timesformer-base-finetuned-k400",
            profile=_timesformer(frames=8, rate=32, size=224),
            geometry=MappingProxyType({"num_frames": 8, "image_size": 224}),
            pocket=POCKET / "timesformer",
        ),
        "timesformer-hr": Family(
            model_type="timesformer",
            checkpoint="facebook/timesformer-hr-finetuned-k400",
            profile=_timesformer(frames=16, rate=16, size=448),
            geometry=MappingProxyType({"num_frames": 16, "image_size": 448}),
        ),
        "videomae": Family(
            model_type="videomae",
            checkpoint="MCG-NJU/videomae-base-finetuned-kinetics",
            profile=Profile(
                16,
                4,
                224,
                sampling="stride",
                modules=_VIDEOMAE_MODULES,
                published=Views(clips=5, crops=3),
                merge="softmax",
            ),
            geometry=MappingProxyType({"num_frames": 16, "image_size": 224, "use_mean_pooling": True}),
            pocket=POCKET / "videomae",
        ),
    }
)

DEFAULT_MODELS = ("timesformer", "videomae")
"""What runs when `--vc-model` is not given."""


def family_of(model_type: str, frames: int | None = None, size: int | None = None) -> Family | None:
    """The family whose protocol a checkpoint follows when it does not say.

    Args:
        model_type: as its configuration calls it.
        frames: of several families of this type, the one of these `frames` and `size` is taken.
        size: likewise.
    """
    kin = [family for family in CATALOG.values() if family.model_type == model_type]
    alike = [family for family in kin if (family.profile.frames, family.profile.size) == (frames, size)]
    return next(iter(alike + kin), None)
