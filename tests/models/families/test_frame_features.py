"""Models of frame features by name, by folder, at random, and where they cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch

from pytest_vidcompress.clips.pocket.motions import MOTIONS
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models import load as load_module
from pytest_vidcompress.models.catalog import CATALOG, DEFAULT_MODELS
from pytest_vidcompress.models.frame_features.frame_classifier import FrameClassifier
from pytest_vidcompress.models.load import load
from tests.models.frame_features.small import LABELS, NAMES, PROFILE, checkpoint, logits


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_loads(name: str, tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, name)
    model = load(str(tmp_path), LABELS, "clips")
    assert (model.weights, model.labels, model.profile) == ("trained", LABELS, PROFILE)
    assert torch.equal(logits(model.module), logits(saved))
    assert model.published is not None
    assert model.published.label(model.profile) == ""


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small checkpoints in the place of those that come with the package."""
    rows = {
        name: replace(row, pocket=tmp_path / name) if name in NAMES else row for name, row in CATALOG.items()
    }
    for name in NAMES:
        checkpoint(tmp_path / name, name)
    monkeypatch.setattr(load_module, "CATALOG", MappingProxyType(rows))


@pytest.mark.usefixtures("packaged")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_means_the_packaged_checkpoint(name: str) -> None:
    model = load(name, LABELS, "events")
    assert (model.name, model.weights, model.labels) == (name, "trained", LABELS)
    with pytest.raises(VidcompressError, match=r"does not have 1 of the 1 labels of clip set 'zoo'"):
        load(name, ("yawning",), "zoo")


def test_none_runs_by_default() -> None:
    assert DEFAULT_MODELS == ("timesformer", "videomae")
    assert {CATALOG[name].clips for name in NAMES} == {"events"}


@pytest.mark.parametrize("weights", ["trained", "random"])
@pytest.mark.parametrize("name", NAMES)
def test_short_clips_with_one_label_each_are_refused(name: str, weights: Any) -> None:
    with pytest.raises(VidcompressError) as caught:
        load(name, tuple(MOTIONS), "pocket", weights)
    assert str(caught.value) == (
        f"model {name!r} tells what happens in long clips, several things in one, and clip set 'pocket' is of short"
        " ones with one label each: give --vc-clips=events"
    )


def test_what_was_not_trained_yet_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = {**CATALOG, "hrnn": replace(CATALOG["hrnn"], pocket=tmp_path / "none")}
    monkeypatch.setattr(load_module, "CATALOG", MappingProxyType(rows))
    with pytest.raises(VidcompressError, match="model 'hrnn' has no trained weights in this installation"):
        load("hrnn", LABELS, "events")


@pytest.mark.parametrize("name", NAMES)
def test_random_weights_have_the_geometry_and_answer_with_the_labels_of_the_clips(name: str) -> None:
    model, again = (load(name, LABELS, "clips", "random") for _ in range(2))
    assert isinstance(model.module, FrameClassifier)
    assert (model.weights, model.labels) == ("random", LABELS)
    assert (model.profile.frames, model.profile.size) == (60, 32)
    pixels = torch.randn(1, 60, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(logits(model.module, pixels), logits(again.module, pixels))
    assert all(parameter.any() for parameter in model.module.parameters()), "none counts as pruned"


def test_random_weights_of_a_folder(tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, "hrnn")
    model = load(str(tmp_path), LABELS, "clips", "random")
    assert model.profile == PROFILE
    assert not torch.equal(logits(model.module), logits(saved))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"backbone": None}, "it names an aggregator and no backbone"),
        (
            {"aggregator": {"name": "mean"}},
            "unknown aggregator 'mean': expected one of hrnn, netvlad, nextvlad",
        ),
        ({"num_frames": 1 << 20}, "num_frames: expected a whole number of 1 to 65,536"),
        ({"aggregator": {"name": "hrnn", "hidden": 7, "block": 4}}, "of another shape, such as aggregator"),
    ],
)
def test_a_folder_whose_configuration_cannot_be_is_refused(
    changed: dict[str, Any], words: str, tmp_path: Path
) -> None:
    checkpoint(tmp_path, "hrnn")
    file = tmp_path / "config.json"
    said = {**json.loads(file.read_text()), **changed}
    file.write_text(json.dumps({key: value for key, value in said.items() if value is not None}))
    with pytest.raises(VidcompressError) as caught:
        load(str(tmp_path), LABELS, "clips")
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"model folder {str(tmp_path)!r} cannot be loaded: ")
