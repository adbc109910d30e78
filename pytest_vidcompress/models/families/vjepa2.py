"""V-JEPA 2: a self-supervised encoder with rotary positions, and an attentive probe.

Assran et al., "V-JEPA 2: Self-Supervised Video Models Enable Understanding, Prediction and Planning", 2025. None of
its published classifiers knows Kinetics' labels. Accuracies and protocols are those of the paper's code and its model
zoo (`configs/eval`): of Something-Something v2 two clips, of Diving48 four, three crops, whose softmax is averaged.
One view is the middle of frames that were resized 256 / 224 as far as it is cut; three crops are of frames as high as
they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...clips.profile import Profile, Views
from ..family import DIVING48, SSV2, Family, LabelSpace, Pretrained

_ATTENTION = tuple(
    f"vjepa2.encoder.layer.{{layer}}.attention.{name}" for name in ("query", "key", "value", "proj")
)
_DENSE = ("vjepa2.encoder.layer.{layer}.mlp.fc1", "vjepa2.encoder.layer.{layer}.mlp.fc2")

_MODULES = MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE})
_GIANT = MappingProxyType(
    {"hidden_size": 1408, "num_hidden_layers": 40, "num_attention_heads": 22, "mlp_ratio": 48 / 11}
)
_LARGE = MappingProxyType({"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16})


def _profile(frames: int, rate: int, size: int, clips: int) -> Profile:
    return Profile(
        frames,
        rate,
        size,
        sampling="stride",
        modules=_MODULES,
        published=Views(clips=clips, crops=3),
        merge="softmax",
        resize=256 * size // 224,
    )


def _pretrained(
    checkpoint: str, profile: Profile, geometry: Mapping[str, Any], labels: LabelSpace, top1: float
) -> Pretrained:
    return Pretrained(
        model_type="vjepa2",
        checkpoint=f"facebook/vjepa2-{checkpoint}",
        profile=profile,
        geometry=MappingProxyType({"frames_per_clip": profile.frames, "crop_size": profile.size, **geometry}),
        labels=labels,
        top1=top1,
        published_resize=0,
    )


_PROFILE = _profile(16, 4, 256, clips=2)

FAMILY = Family(
    model_type="vjepa2",
    title="V-JEPA 2",
    embedding="attentive probe of tokens",
    profile=_PROFILE,
    pretrained=MappingProxyType(
        {
            "vjepa2-ssv2": _pretrained("vitl-fpc16-256-ssv2", _PROFILE, _LARGE, SSV2, 0.737),
            "vjepa2-giant-ssv2": _pretrained(
                "vitg-fpc64-384-ssv2", _profile(64, 2, 384, clips=2), _GIANT, SSV2, 0.773
            ),
            "vjepa2-diving48": _pretrained(
                "vitl-fpc32-256-diving48", _profile(32, 2, 256, clips=4), _LARGE, DIVING48, 0.89
            ),
            "vjepa2-giant-diving48": _pretrained(
                "vitg-fpc32-384-diving48", _profile(32, 2, 384, clips=4), _GIANT, DIVING48, 0.902
            ),
        }
    ),
    frames_key="frames_per_clip",
    size_key="crop_size",
)
