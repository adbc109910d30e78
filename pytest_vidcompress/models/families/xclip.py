"""X-CLIP: CLIP's towers, with attention across frames; labels are texts.

Ni et al., "Expanding Language-Image Pretrained Models for General Video Recognition", ECCV 2022. Geometries are of
the named checkpoints' configurations; statistics, accuracies and protocol are those of the paper's code and its model
zoo (microsoft/VideoX): the middle frame of each of eight or sixteen parts, four such clips, three crops, whose
softmax is averaged. Its labels are whatever the clips' are; the published accuracies are of all labels of Kinetics.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...clips.profile import Profile, Views
from ..family import KINETICS_400, KINETICS_600, Family, LabelSpace, Pretrained

if TYPE_CHECKING:
    import torch
    from torch import nn

_LAYER = "vision_model.encoder.layers.{layer}"
_ATTENTION = tuple(
    f"{_LAYER}.{part}.{name}_proj"
    for part in ("self_attn", "message_attn")
    for name in ("q", "k", "v", "out")
)
_DENSE = (f"{_LAYER}.mlp.fc1", f"{_LAYER}.mlp.fc2")
_LARGE = MappingProxyType(
    {
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "mit_hidden_size": 768,
        "mit_intermediate_size": 3072,
        "mit_num_attention_heads": 12,
    }
)


def _profile(frames: int) -> Profile:
    return Profile(
        frames,
        1,
        224,
        sampling="segments",
        modules=MappingProxyType({"global": _ATTENTION + _DENSE, "attention": _ATTENTION, "dense": _DENSE}),
        published=Views(clips=4, crops=3),
        merge="softmax",
    )


def _pretrained(
    checkpoint: str, patch: int, frames: int, top1: float, labels: LabelSpace = KINETICS_400
) -> Pretrained:
    vision: dict[str, Any] = {
        "patch_size": patch,
        "num_frames": frames,
        "image_size": 224,
        "hidden_size": 768,
    }
    geometry: dict[str, Any] = {"vision_config": vision}
    if patch == 14:
        vision |= _LARGE
        geometry |= {
            "projection_dim": 768,
            "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12},
        }
    return Pretrained(
        model_type="xclip",
        checkpoint=f"microsoft/{checkpoint}",
        profile=_profile(frames),
        geometry=MappingProxyType(geometry),
        labels=labels,
        top1=top1,
    )


def _frames_of(module: Any) -> int:
    return int(module.mit.position_embedding.shape[1])


def _classifier(model: Any, embeddings: torch.Tensor) -> nn.Module:
    from ..checkpoint.xclip_classifier import XClipClassifier

    return XClipClassifier(model, embeddings)


FAMILY = Family(
    model_type="xclip",
    title="X-CLIP",
    head="",
    embedding="video vector, beside those of texts",
    profile=_profile(8),
    pretrained=MappingProxyType(
        {
            "xclip": _pretrained("xclip-base-patch32", 32, 8, 0.804),
            "xclip-16-frames": _pretrained("xclip-base-patch32-16-frames", 32, 16, 0.811),
            "xclip-patch16": _pretrained("xclip-base-patch16", 16, 8, 0.838),
            "xclip-large": _pretrained("xclip-large-patch14", 14, 8, 0.871),
            "xclip-patch16-k600": _pretrained("xclip-base-patch16-kinetics-600", 16, 8, 0.853, KINETICS_600),
        }
    ),
    frames_key="vision_config.num_frames",
    size_key="vision_config.image_size",
    frames_of=_frames_of,
    time_embeddings="mit.position_embedding",
    classifier=_classifier,
)
