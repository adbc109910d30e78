"""Frame features: a backbone makes features of single frames, an aggregator one vector of them all.

Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019, with its three kinds of aggregator.
Nobody has published weights: those that are packaged are for the clip set `events`, and as small as that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...clips.profile import Profile
from ..family import POCKET, Family, LabelSpace, OwnArchitecture, Pretrained
from ..frame_features.frame_settings import MODEL_TYPE, read_settings

if TYPE_CHECKING:
    from torch import nn

EVENTS = LabelSpace("events", 20)
_PROFILE = Profile(frames=60, rate=1, size=32, sampling="stride")


def _build(config: Any) -> nn.Module:
    from ..frame_features.frame_classifier import build

    return build(config)


def _pretrained(name: str, **aggregator: Any) -> Pretrained:
    geometry: Mapping[str, Any] = {
        "backbone": {"name": "conv", "features": 64},
        "aggregator": {"name": name, **aggregator},
        "num_frames": _PROFILE.frames,
        "image_size": _PROFILE.size,
    }
    return Pretrained(
        model_type=MODEL_TYPE,
        checkpoint="",
        profile=_PROFILE,
        geometry=MappingProxyType(geometry),
        pocket=POCKET / name,
        clips="events",
        labels=EVENTS,
    )


FAMILY = Family(
    model_type=MODEL_TYPE,
    title="frame features",
    embedding="vector of all frames' features",
    profile=_PROFILE,
    pretrained=MappingProxyType(
        {
            "hrnn": _pretrained("hrnn", hidden=96, block=10),
            "netvlad": _pretrained("netvlad", centres=16, hidden=128),
            "nextvlad": _pretrained("nextvlad", centres=16, hidden=128, groups=4, expansion=2, dropout=0.3),
        }
    ),
    own=OwnArchitecture(read_settings, _build),
)
