"""VideoMAE: joint attention over tubelets.

Tong et al., "VideoMAE: Masked Autoencoders are Data-Efficient Learners for Self-Supervised Video Pre-Training",
NeurIPS 2022.

Geometry and statistics are of the named checkpoint's card and configuration, the protocol of the paper's code: five
clips of 16x4, three crops, whose softmax is added up.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from ...clips.profile import Profile, Views
from ..family import POCKET, Family, Pretrained

# The study prunes these; its sparsity columns tell which.
_ATTENTION = (
    "videomae.encoder.layer.{layer}.attention.attention.query",
    "videomae.encoder.layer.{layer}.attention.attention.key",
    "videomae.encoder.layer.{layer}.attention.attention.value",
    "videomae.encoder.layer.{layer}.attention.output.dense",
)
_DENSE = (
    "videomae.encoder.layer.{layer}.intermediate.dense",
    "videomae.encoder.layer.{layer}.output.dense",
)
_MODULES = MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE})


def _frames_of(module: Any) -> int:
    embeddings = module.videomae.embeddings
    patches = embeddings.patch_embeddings
    (height, width), (down, across) = patches.image_size, patches.patch_size
    tubelets = embeddings.position_embeddings.shape[1] // ((height // down) * (width // across))
    # What is left over of an odd number of frames makes no tubelet.
    configured = int(module.config.num_frames)
    return configured if configured // patches.tubelet_size == tubelets else tubelets * patches.tubelet_size


_PROFILE = Profile(
    16, 4, 224, sampling="stride", modules=_MODULES, published=Views(clips=5, crops=3), merge="softmax"
)

FAMILY = Family(
    model_type="videomae",
    title="VideoMAE",
    profile=_PROFILE,
    pretrained=MappingProxyType(
        {
            "videomae": Pretrained(
                model_type="videomae",
                checkpoint="MCG-NJU/videomae-base-finetuned-kinetics",
                profile=_PROFILE,
                geometry=MappingProxyType({"num_frames": 16, "image_size": 224, "use_mean_pooling": True}),
                pocket=POCKET / "videomae",
            )
        }
    ),
    frames_of=_frames_of,
)
