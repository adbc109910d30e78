from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.preprocess import resize
from pytest_vidcompress.models.catalog import CATALOG, family_of
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.frame_count import frames_of
from tests.models.small import LABELS, checkpoint, logits, network


def test_a_checkpoint_loads_with_its_familys_protocol(tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, "vjepa2")
    module, profile, labels = load_checkpoint(tmp_path)
    assert torch.equal(logits(module), logits(saved))
    assert labels == LABELS
    # Its processor resizes 256 / 224 as far as it cuts.
    assert (profile.frames, profile.size, profile.resize) == (4, 32, 36)
    assert profile.protocol == "4x4, 1x1 views"


# As the published checkpoints' files have it, at an eighth.
PROCESSOR = {
    "crop_size": {"height": 32, "width": 32},
    "do_center_crop": True,
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
    "size": {"shortest_edge": 36},
    "video_processor_type": "VJEPA2VideoProcessor",
}


def test_a_view_is_the_middle_of_larger_frames(tmp_path: Path) -> None:
    checkpoint(tmp_path, "vjepa2")
    (tmp_path / "video_preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    profile = load_checkpoint(tmp_path)[1]
    frames = np.random.default_rng(0).integers(0, 256, (16, 48, 64, 3), dtype=np.uint8)
    (view,) = crops_of(lambda: frames, profile.crop_spec)
    assert torch.equal(view, resize(frames[::4], 36)[..., 2:34, 8:40])


def test_its_classifiers_go_by_frames_size_and_labels() -> None:
    family = family_of("vjepa2")
    assert family is not None
    for name, row in family.pretrained.items():
        found = family.profile_for(row.profile.frames, row.profile.size, row.labels.classes)
        assert found is CATALOG[name].profile


def test_it_takes_any_number_of_frames() -> None:
    assert frames_of(network("vjepa2")) is None


@pytest.mark.parametrize("scope", ["global", "attention", "dense"])
def test_the_studys_scopes_are_its_layers(scope: str) -> None:
    family = family_of("vjepa2")
    assert family is not None
    parts = dict(network("vjepa2").named_modules())
    for pattern in family.profile.modules[scope]:
        assert isinstance(parts[pattern.format(layer=1)], torch.nn.Linear)
