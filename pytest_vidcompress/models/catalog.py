"""The families that are known by name: their geometry, published checkpoints and module names.

Sources: the model cards and configurations of the named checkpoints; protocols from the papers' test
configurations (TimeSformer 8x32 and 16x16, VideoMAE 16x4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..clips.profile import Profile

POCKET = Path(__file__).parent / "pocket"
"""Where the packaged checkpoints are."""

_HALF = (0.45, 0.45, 0.45)
_TIMESFORMER_STD = (0.225, 0.225, 0.225)

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


CATALOG: Mapping[str, Family] = MappingProxyType(
    {
        "timesformer": Family(
            model_type="timesformer",
            checkpoint="facebook/timesformer-base-finetuned-k400",
            profile=Profile(8, 32, 224, _HALF, _TIMESFORMER_STD, "span", modules=_TIMESFORMER_MODULES),
            geometry=MappingProxyType({"num_frames": 8, "image_size": 224}),
            pocket=POCKET / "timesformer",
        ),
        "timesformer-hr": Family(
            model_type="timesformer",
            checkpoint="facebook/timesformer-hr-finetuned-k400",
            profile=Profile(16, 16, 448, _HALF, _TIMESFORMER_STD, "span", modules=_TIMESFORMER_MODULES),
            geometry=MappingProxyType({"num_frames": 16, "image_size": 448}),
        ),
        "videomae": Family(
            model_type="videomae",
            checkpoint="MCG-NJU/videomae-base-finetuned-kinetics",
            profile=Profile(16, 4, 224, sampling="stride", modules=_VIDEOMAE_MODULES),
            geometry=MappingProxyType({"num_frames": 16, "image_size": 224, "use_mean_pooling": True}),
            pocket=POCKET / "videomae",
        ),
    }
)

DEFAULT_MODELS = ("timesformer", "videomae")
"""What runs when `--vc-model` is not given."""


def family_of(model_type: str) -> Family | None:
    """The family whose protocol a checkpoint of this `model_type` follows when it does not say."""
    return next((family for family in CATALOG.values() if family.model_type == model_type), None)
