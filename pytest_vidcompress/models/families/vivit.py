"""ViViT: joint attention over tubelets with a class token.

Arnab et al., "ViViT: A Video Vision Transformer", ICCV 2021, model 1. Geometry and statistics are of the named
checkpoint's card and processor, which rescales to -1 ... 1 and then normalizes; accuracy and protocol are those of
the paper's code: four clips of 32x2, three crops of 224 out of 256 pixels, whose logits are averaged.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from ...clips.profile import Profile, Views
from ..family import Family, Pretrained

_ATTENTION = tuple(f"vivit.layers.{{layer}}.attention.{name}_proj" for name in "qkvo")
_DENSE = ("vivit.layers.{layer}.mlp.fc1", "vivit.layers.{layer}.mlp.fc2")
_PROFILE = Profile(
    32,
    2,
    224,
    mean=(0.75, 0.75, 0.75),
    std=(0.25, 0.25, 0.25),
    sampling="stride",
    modules=MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE}),
    published=Views(clips=4, crops=3),
    merge="logits",
    resize=256,
)


def _frames_of(module: Any) -> int:
    embeddings = module.vivit.embeddings
    tubelet, down, across = module.config.tubelet_size
    height, width = embeddings.image_size
    tubelets = (embeddings.position_embeddings.shape[1] - 1) // ((height // down) * (width // across))
    # What is left over of an odd number of frames makes no tubelet.
    configured = int(module.config.num_frames)
    return configured if configured // tubelet == tubelets else tubelets * tubelet


FAMILY = Family(
    model_type="vivit",
    title="ViViT",
    profile=_PROFILE,
    pretrained=MappingProxyType(
        {
            "vivit": Pretrained(
                model_type="vivit",
                checkpoint="google/vivit-b-16x2-kinetics400",
                profile=_PROFILE,
                geometry=MappingProxyType({"num_frames": 32, "image_size": 224, "hidden_size": 768}),
                top1=0.799,
            )
        }
    ),
    frames_of=_frames_of,
    processor=MappingProxyType(
        {"rescale_factor": 1 / 127.5, "offset": True, "image_mean": 0.5, "image_std": 0.5}
    ),
)
