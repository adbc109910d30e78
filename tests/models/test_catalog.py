from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.models import families
from pytest_vidcompress.models.catalog import CATALOG, DEFAULT_MODELS, default_models, family_of
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint
from pytest_vidcompress.models.families import FAMILIES


def parameters(name: str) -> int:
    """Of the published geometry with Kinetics' 400 labels, without making its weights."""
    from transformers import AutoConfig, AutoModelForVideoClassification

    family = CATALOG[name]
    with torch.device("meta"):
        config = AutoConfig.for_model(family.model_type, **family.geometry, num_labels=400)
        return sum(p.numel() for p in AutoModelForVideoClassification.from_config(config).parameters())


# The second and third have the study's file sizes (488.19 and 346.20 MB) at 4 bytes each; the first is the second
# less (28**2 - 14**2 + 8) * 768 in its position and time embeddings.
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("timesformer", 121_566_352),
        ("timesformer-hr", 122_024_080),
        ("videomae", 86_534_800),
        ("vivit", 88_954_000),
    ],
)
def test_published_geometries_have_their_size(name: str, count: int) -> None:
    assert parameters(name) == count


def said(geometry: Any, key: str) -> Any:
    for part in key.split("."):
        geometry = geometry[part]
    return geometry


@pytest.mark.parametrize("name", CATALOG)
def test_geometry_and_profile_agree(name: str) -> None:
    row = CATALOG[name]
    family = family_of(row.model_type)
    assert family is not None
    assert said(row.geometry, family.frames_key) == row.profile.frames
    assert said(row.geometry, family.size_key) == row.profile.size
    # The study's scopes are of transformers.
    assert row.profile.modules.keys() == (set() if family.own else {"global", "attention", "dense"})


# As the papers' test configurations and code have it.
@pytest.mark.parametrize(
    ("name", "protocol", "size", "merge", "middle"),
    [
        ("timesformer", "8x32, 1x3 views", 224, "logits", "ceil"),
        ("timesformer-hr", "16x16, 1x3 views", 448, "logits", "ceil"),
        ("videomae", "16x4, 5x3 views", 224, "softmax", "floor"),
        ("vivit", "32x2, 4x3 views", 224, "logits", "floor"),
    ],
)
def test_published_protocols(name: str, protocol: str, size: int, merge: str, middle: str) -> None:
    profile = CATALOG[name].profile
    assert replace(profile, views=profile.published).protocol == protocol
    assert (profile.size, profile.merge, profile.middle) == (size, merge, middle)
    assert profile.protocol == protocol.split(",")[0] + ", 1x1 views"


def test_defaults_are_known_and_packaged() -> None:
    assert DEFAULT_MODELS == ("timesformer", "videomae")
    assert default_models("pocket") == default_models("/data/k400") == DEFAULT_MODELS
    assert default_models("events") == ("hrnn", "netvlad", "nextvlad")
    assert all(CATALOG[name].pocket for name in DEFAULT_MODELS)


@pytest.mark.parametrize("name", DEFAULT_MODELS)
def test_the_packaged_checkpoint_is_of_its_family(name: str) -> None:
    from pytest_vidcompress.clips.pocket.motions import MOTIONS

    module, profile, labels = load_checkpoint(CATALOG[name].pocket or "")
    family = family_of(getattr(module, "config").model_type)  # noqa: B009
    assert family is not None
    assert family.pretrained[name] is CATALOG[name]
    assert profile.modules == CATALOG[name].profile.modules
    assert profile.published == Views(1, 1)
    assert labels == tuple(sorted(MOTIONS))


def test_a_family_is_found_by_its_type() -> None:
    for family in FAMILIES:
        assert family_of(family.model_type) is family
        assert {each.model_type for each in family.pretrained.values()} <= {family.model_type}
    assert family_of("newcomer") is None


def test_of_two_geometries_of_a_family_the_one_asked_for_is_found() -> None:
    family = family_of("timesformer")
    assert family is not None
    assert family.profile_for(16, 448) is CATALOG["timesformer-hr"].profile
    assert family.profile_for(8, 224) is CATALOG["timesformer"].profile
    for other in ((12, 99), ()):
        assert family.profile_for(*other) == CATALOG["timesformer"].profile


def test_a_family_is_known_by_its_file_alone() -> None:
    files = {path.stem for path in Path(families.__file__).parent.glob("*.py")} - {"__init__"}
    assert {family.model_type.replace("-", "_") for family in FAMILIES} == files
