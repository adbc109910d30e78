"""What a frame-feature model is built of, as its `config.json` says it. Light: imports no torch.

    {"model_type": "frame-features",
     "backbone": {"name": "conv", "features": 64},
     "aggregator": {"name": "hrnn", "hidden": 96, "block": 10},
     "num_frames": 60, "image_size": 32, "id2label": {"0": "blinking", ...}}

What stands beside the name of a backbone or an aggregator are the arguments of its class; those that are left out are
as the class has them. `mixtures` says of how many experts the classifier is; without it, it is one linear layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import VidcompressError
from ...untrusted import Malformed, mapping, optional, text, whole
from ..own.label_names import label_names

MODEL_TYPE = "frame-features"
_MOST = 1 << 16
_MOST_MIXTURES = 64


@dataclass(frozen=True)
class FrameSettings:
    """Of one model; read by the names that configurations of transformers have."""

    backbone: dict[str, Any]
    """Its `name`, and what it is built with."""
    aggregator: dict[str, Any]
    """Likewise."""
    id2label: dict[int, str]
    num_frames: int
    """That it is shown of a clip: it takes any number."""
    image_size: int
    mixtures: int = 0
    """Experts of each label; 0: a linear layer."""
    model_type: str = MODEL_TYPE

    @property
    def num_labels(self) -> int:
        return len(self.id2label)

    def to_dict(self) -> dict[str, Any]:
        """What `config.json` says."""
        said: dict[str, Any] = {
            "model_type": self.model_type,
            "backbone": dict(self.backbone),
            "aggregator": dict(self.aggregator),
            "num_frames": self.num_frames,
            "image_size": self.image_size,
            "id2label": dict(self.id2label),
        }
        return said | ({"mixtures": self.mixtures} if self.mixtures else {})


def read_settings(said: Mapping[str, Any]) -> FrameSettings:
    """The settings in a `config.json`.

    Raises:
        VidcompressError: something is missing, or cannot be.
    """
    try:
        if "backbone" not in said:
            raise Malformed(
                "it names an aggregator and no backbone, which makes the features of frames: expected"
                ' "backbone": {"name": ...}'
            )
        parts = mapping(said, "backbone"), mapping(said, "aggregator")
        for part in parts:
            text(part, "name")
        return FrameSettings(
            *parts,
            id2label=label_names(mapping(said, "id2label")),
            num_frames=whole(said, "num_frames", 1, _MOST),
            image_size=whole(said, "image_size", 1, _MOST),
            mixtures=optional(whole, said, "mixtures", 0, _MOST_MIXTURES) or 0,
        )
    except Malformed as error:
        raise VidcompressError(f"config.json of a {MODEL_TYPE} model: {error}") from None
