"""I3D: a ResNet-50 of images whose kernels grew along time.

Carreira and Zisserman, "Quo Vadis, Action Recognition? A New Model and the Kinetics Dataset", CVPR 2017.

Geometry, names and accuracy are those of PyTorchVideo's `i3d_r50`, statistics and protocol of the configuration of
PySlowFast that it was measured with: ten clips of 8x8, three crops of 256 pixels for a network that learned from 224,
whose softmax is averaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...clips.profile import Profile, Views
from ..checkpoint.original_layout import OriginalLayout, Shapes
from ..convolutions.convolution_settings import I3dSettings
from ..convolutions.residual_stages import stage_depths, stage_widths
from ..family import Family, OwnArchitecture, Pretrained

if TYPE_CHECKING:
    from torch import nn

_PROFILE = Profile(
    8,
    8,
    256,
    mean=(0.45, 0.45, 0.45),
    std=(0.225, 0.225, 0.225),
    sampling="span",
    layout="BCTHW",
    published=Views(clips=10, crops=3),
    merge="softmax",
)
_HEAD = "blocks.6.proj.weight"
_STAGES = tuple(f"blocks.{number}.res_blocks" for number in (1, 3, 4, 5))
"""The second block is a pool."""


def _geometry(shapes: Shapes) -> dict[str, Any]:
    return {
        "model_type": I3dSettings.model_type,
        "stem_width": shapes["blocks.0.conv.weight"][0],
        "widths": stage_widths(shapes, _STAGES, "branch2.conv_c"),
        "depths": stage_depths(shapes, _STAGES, "branch2.conv_c"),
        "num_labels": shapes[_HEAD][0],
    }


def _build(config: Any) -> nn.Module:
    from ..convolutions.i3d_classifier import I3d

    return I3d(config)


_GEOMETRY: Mapping[str, Any] = MappingProxyType(
    {
        "num_frames": 8,
        "image_size": 256,
        "widths": (256, 512, 1024, 2048),
        "depths": (3, 4, 6, 3),
        "stem_width": 64,
    }
)
FAMILY = Family(
    model_type=I3dSettings.model_type,
    title="I3D",
    head="proj",
    embedding="mean of the last map's windows",
    profile=_PROFILE,
    pretrained=MappingProxyType(
        {
            "i3d": Pretrained(
                I3dSettings.model_type,
                "",
                _PROFILE,
                _GEOMETRY,
                file="https://dl.fbaipublicfiles.com/pytorchvideo/model_zoo/kinetics/I3D_8x8_R50.pyth",
                top1=0.7327,
            )
        }
    ),
    original=OriginalLayout(
        ("blocks.0.conv.weight", "blocks.1.res_blocks.0.branch2.conv_a.weight", "blocks.6.proj.weight"),
        _HEAD,
        _geometry,
    ),
    own=OwnArchitecture(I3dSettings.read, _build),
)
