"""X3D-S and X3D-M: one network, shown more and larger frames.

Feichtenhofer, "X3D: Expanding Architectures for Efficient Video Recognition", CVPR 2020.

Geometry, names and accuracy are those of PyTorchVideo's model zoo, sizes, statistics and protocol of the
configurations of PySlowFast that it was measured with: ten clips and three crops, 182 or 256 pixels high for networks
that learned from 160 or 224, whose softmax is averaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...clips.profile import Profile, Views
from ..checkpoint.original_layout import OriginalLayout, Shapes
from ..convolutions.convolution_settings import STAGES, X3dSettings
from ..convolutions.residual_stages import stage_depths, stage_widths
from ..family import POCKET, Family, OwnArchitecture, Pretrained

if TYPE_CHECKING:
    from torch import nn

_HEAD = "blocks.5.proj.weight"
_STAGES = tuple(f"blocks.{number}.res_blocks" for number in range(1, STAGES + 1))


def _profile(frames: int, rate: int, size: int) -> Profile:
    return Profile(
        frames,
        rate,
        size,
        mean=(0.45, 0.45, 0.45),
        std=(0.225, 0.225, 0.225),
        sampling="span",
        layout="BCTHW",
        published=Views(clips=10, crops=3),
        merge="softmax",
    )


def _pretrained(
    size: str, profile: Profile, top1: float, crop: int, pocket: Path | None = None
) -> Pretrained:
    geometry: Mapping[str, Any] = {
        "num_frames": profile.frames,
        "image_size": profile.size,
        "widths": (24, 48, 96, 192),
        "depths": (3, 5, 11, 7),
        "stem_width": 24,
        "head_width": 2048,
    }
    return Pretrained(
        X3dSettings.model_type,
        "",
        profile,
        MappingProxyType(geometry),
        pocket=pocket,
        by_default=False,
        file=f"https://dl.fbaipublicfiles.com/pytorchvideo/model_zoo/kinetics/X3D_{size}.pyth",
        top1=top1,
        published_size=crop,
    )


def _geometry(shapes: Shapes) -> dict[str, Any]:
    widths = stage_widths(shapes, _STAGES, "branch2.conv_c")
    inner = stage_widths(shapes, _STAGES, "branch2.conv_a")
    return {
        "model_type": X3dSettings.model_type,
        "stem_width": shapes["blocks.0.conv.conv_t.weight"][0],
        "widths": widths,
        "depths": stage_depths(shapes, _STAGES, "branch2.conv_c"),
        # Widths inside are rounded down: the largest of the ratios comes nearest.
        "expansion": max(inside / width for inside, width in zip(inner, widths, strict=True)),
        "head_width": shapes[_HEAD][1],
        "num_labels": shapes[_HEAD][0],
    }


def _build(config: Any) -> nn.Module:
    from ..convolutions.x3d_classifier import X3d

    return X3d(config)


_SMALL, _MEDIUM = _profile(13, 6, 160), _profile(16, 5, 224)
FAMILY = Family(
    model_type=X3dSettings.model_type,
    title="X3D",
    head="proj",
    embedding="mean of the last map's windows",
    profile=_SMALL,
    pretrained=MappingProxyType(
        {
            "x3d-s": _pretrained("S", _SMALL, 0.7333, 182, POCKET / "x3d"),
            "x3d-m": _pretrained("M", _MEDIUM, 0.7594, 256),
        }
    ),
    original=OriginalLayout(
        ("blocks.0.conv.conv_t.weight", "blocks.5.pool.pre_conv.weight"), _HEAD, _geometry
    ),
    own=OwnArchitecture(X3dSettings.read, _build),
)
