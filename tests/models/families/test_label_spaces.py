"""Checkpoints of one geometry and several label spaces: each has the protocol of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint, random_model
from pytest_vidcompress.models.load import load
from tests.models.small import checkpoint

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
HALF = {"image_mean": [0.45] * 3, "image_std": [0.225] * 3}
PROCESSOR = {"crop_size": {"height": 224, "width": 224}, "size": {"shortest_edge": 224}}


@pytest.mark.parametrize(
    ("name", "statistics"),
    [
        ("videomae", IMAGENET),
        ("videomae-ssv2", IMAGENET),
        ("timesformer", HALF),
        ("timesformer-k600", HALF),
        ("timesformer-ssv2", HALF),
    ],
)
def test_a_copy_has_the_protocol_of_its_label_space(
    name: str, statistics: dict[str, list[float]], tmp_path: Path
) -> None:
    row = CATALOG[name]
    names = {number: f"label {number}" for number in range(row.labels.classes)}
    checkpoint(
        tmp_path, row.model_type, num_frames=row.profile.frames, image_size=224, patch_size=56, id2label=names,
        label2id={},
    )  # fmt: skip
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({**PROCESSOR, **statistics}))
    _, profile, labels = load_checkpoint(tmp_path)
    assert profile == row.profile
    assert labels == tuple(names.values())


def test_clips_of_another_label_space_are_refused(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae", id2label={0: "Pushing something", 1: "Tearing something"}, label2id={})
    with pytest.raises(
        VidcompressError, match=r"does not have 1 of the 1 labels of clip set 'k400': 'abseiling'"
    ):
        load(str(tmp_path), ("abseiling",), "k400")


def test_of_a_geometry_random_weights_have_the_clips_labels() -> None:
    row = CATALOG["videomae-ssv2"]
    tiny = {"hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48}
    small = type(row)(row.model_type, row.checkpoint, row.profile, {**row.geometry, **tiny, "patch_size": 56})
    assert random_model(small, None, ("a", "b"))[2] == ("a", "b")
