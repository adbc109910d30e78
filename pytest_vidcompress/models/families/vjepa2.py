"""V-JEPA 2: a self-supervised encoder with rotary positions, and an attentive probe.

Assran et al., "V-JEPA 2: Self-Supervised Video Models Enable Understanding, Prediction and Planning", 2025. Its
published classifiers know other labels than Kinetics-400's, so that none has a name here: they are given by their
Hub ids or as folders. The protocol is that of the paper's evaluation on Something-Something v2: two clips of 16x4,
three crops, whose softmax is averaged.
"""

from __future__ import annotations

from types import MappingProxyType

from ...clips.profile import Profile, Views
from ..family import Family

_ATTENTION = tuple(
    f"vjepa2.encoder.layer.{{layer}}.attention.{name}" for name in ("query", "key", "value", "proj")
)
_DENSE = ("vjepa2.encoder.layer.{layer}.mlp.fc1", "vjepa2.encoder.layer.{layer}.mlp.fc2")

FAMILY = Family(
    model_type="vjepa2",
    title="V-JEPA 2",
    profile=Profile(
        16,
        4,
        256,
        sampling="stride",
        modules=MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE}),
        published=Views(clips=2, crops=3),
        merge="softmax",
        resize=292,
    ),
    frames_key="frames_per_clip",
    size_key="crop_size",
)
