"""Video classifiers of a few thousand weights, built like the published ones, and their checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.catalog import family_of
from pytest_vidcompress.models.checkpoint.classifier import build
from pytest_vidcompress.models.model import Model

LABELS = ("walking", "waving", "yawning")
GEOMETRY: Mapping[str, Any] = {
    "image_size": 32,
    "num_frames": 4,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
}
FAMILIES = ("timesformer", "videomae")
OWN_GEOMETRY: Mapping[str, Mapping[str, Any]] = {
    "vjepa2": {
        "crop_size": 32,
        "frames_per_clip": 4,
        "pred_hidden_size": 24,
        "pred_num_hidden_layers": 1,
        "pred_num_attention_heads": 2,
        "num_pooler_layers": 1,
    },
    "xclip": {
        "vision_config": {
            **{
                key: GEOMETRY[key] for key in ("image_size", "num_frames", "hidden_size", "num_hidden_layers")
            },
            **{key: GEOMETRY[key] for key in ("num_attention_heads", "intermediate_size")},
            "patch_size": 16,
            "mit_hidden_size": 16,
            "mit_intermediate_size": 32,
            "mit_num_attention_heads": 2,
        },
        "text_config": {
            "vocab_size": 99,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "max_position_embeddings": 20,
        },
        "projection_dim": 16,
        "prompt_num_attention_heads": 2,
    },
}
"""What families call otherwise, or have beside the others'."""
Weights = dict[str, torch.Tensor]


def small_geometry(family: str, **geometry: Any) -> dict[str, Any]:
    """Of a configuration; what is given goes first."""
    return deepcopy({**GEOMETRY, **OWN_GEOMETRY.get(family, {}), **geometry})


def network(family: str, seed: int = 0, **geometry: Any) -> nn.Module:
    """A classifier of `LABELS` with random weights, none of them zero."""
    from transformers import AutoConfig

    names = {"id2label": dict(enumerate(LABELS)), "label2id": {name: k for k, name in enumerate(LABELS)}}
    config = AutoConfig.for_model(family, **small_geometry(family, **{**names, **geometry}))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = build(config)
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.normal_(std=0.2)
    return module.eval()


def model(family: str, **geometry: Any) -> Model:
    named = family_of(family)
    assert named is not None
    module = network(family, **geometry)
    return Model(family, module, Profile(4, 1, 32, modules=named.profile.modules), LABELS)


def checkpoint(folder: Path, family: str, **geometry: Any) -> nn.Module:
    """Saves a `network` to `folder` and returns it."""
    module: Any = network(family, **geometry)
    module.save_pretrained(folder)
    return module


def weights(folder: Path) -> Weights:
    return load_file(folder / "model.safetensors")


def rewrite(folder: Path, changed: Weights) -> None:
    save_file(changed, folder / "model.safetensors", metadata={"format": "pt"})


def pixels(count: int = 1, seed: int = 1) -> torch.Tensor:
    return torch.randn(count, 4, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


def logits(module: Any, seed: int = 1) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(module(pixels(2, seed)))


NO_CLIPS = Clips([], LABELS, {}, Profile(4, 1, 32))
"""For techniques that calibrate nothing."""
