"""R(2+1)D of 18 layers: convolutions over height and width, then over time.

Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", CVPR 2018.

Geometry, names, statistics, accuracy and protocol are those of torchvision's `r2plus1d_18`: five clips of 16 frames,
15 a second, whose softmax is averaged, 112 pixels of 128. Its transform squeezes frames to 128 x 171; here their
short side is 128 and the long one follows. The packaged checkpoint is as small as the pocket clips are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...clips.profile import Profile, Views
from ..checkpoint.original_layout import OriginalLayout, Shapes
from ..convolutions.convolution_settings import STAGES, R2plus1dSettings
from ..convolutions.residual_stages import stage_depths, stage_widths
from ..family import POCKET, Family, OwnArchitecture, Pretrained

if TYPE_CHECKING:
    from torch import nn

_PROFILE = Profile(
    16,
    2,
    112,
    mean=(0.43216, 0.394666, 0.37645),
    std=(0.22803, 0.22145, 0.216989),
    sampling="stride",
    layout="BCTHW",
    published=Views(clips=5),
    merge="softmax",
    resize=128,
)
_HEAD = "fc.weight"
_STAGES = tuple(f"layer{number}" for number in range(1, STAGES + 1))


def _geometry(shapes: Shapes) -> dict[str, Any]:
    return {
        "model_type": R2plus1dSettings.model_type,
        "stem_planes": shapes["stem.0.weight"][0],
        "stem_width": shapes["stem.3.weight"][0],
        "widths": stage_widths(shapes, _STAGES, "conv2.0.3"),
        "depths": stage_depths(shapes, _STAGES, "conv2.0.3"),
        "num_labels": shapes[_HEAD][0],
    }


def _build(config: Any) -> nn.Module:
    from ..convolutions.r2plus1d_classifier import R2plus1d

    return R2plus1d(config)


_GEOMETRY: Mapping[str, Any] = MappingProxyType(
    {
        "num_frames": 16,
        "image_size": 112,
        "widths": (64, 128, 256, 512),
        "depths": (2, 2, 2, 2),
        "stem_width": 64,
    }
)
FAMILY = Family(
    model_type=R2plus1dSettings.model_type,
    title="R(2+1)D",
    head="fc",
    embedding="mean of the last map",
    profile=_PROFILE,
    pretrained=MappingProxyType(
        {
            "r2plus1d": Pretrained(
                R2plus1dSettings.model_type,
                "",
                _PROFILE,
                _GEOMETRY,
                pocket=POCKET / "r2plus1d",
                by_default=False,
                file="https://download.pytorch.org/models/r2plus1d_18-91a641e6.pth",
                top1=0.67463,
            )
        }
    ),
    original=OriginalLayout(("stem.3.weight", "layer1.0.conv2.0.3.weight"), _HEAD, _geometry),
    own=OwnArchitecture(R2plus1dSettings.read, _build),
)
