from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.load import load
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.models.publication import Publication, publication_of
from tests.models.packaged import packaged
from tests.models.small import LABELS, checkpoint, network

VIDEOMAE = CATALOG["videomae"]
PUBLISHED = [name for name, row in CATALOG.items() if row.checkpoint]


def like(name: str, **changed: Any) -> SimpleNamespace:
    """A module whose configuration is that of a published checkpoint, written to a file and read again."""
    from transformers import AutoConfig

    row = CATALOG[name]
    config = AutoConfig.for_model(row.model_type, **deepcopy({**row.geometry}))
    said = json.loads(config.to_json_string())
    return SimpleNamespace(config=AutoConfig.for_model(**{**said, **changed}))


def lookup(name: str, source: str = "copy", labels: int = 400, **changed: Any) -> Publication | None:
    return publication_of(source, like(name, **changed), CATALOG[name].profile, labels)


def test_an_accuracy_of_another_protocol_is_labelled() -> None:
    published = lookup("videomae", VIDEOMAE.checkpoint)
    assert published is not None
    one_view = VIDEOMAE.profile
    assert published.label(one_view) == (
        "measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4"
    )
    assert published.label(replace(one_view, rate=9)) == (
        "measured with 1x1 views of 16x9; published 81.5 % is for 5x3 views of 16x4"
    )
    assert published.label(replace(one_view, views=Views(5, 3))) == ""


def test_another_crop_or_sampling_is_labelled_too() -> None:
    published = lookup("videomae", VIDEOMAE.checkpoint)
    assert published is not None
    alike = replace(VIDEOMAE.profile, views=Views(5, 3))
    # As a peer does it: 224 pixels out of a short side of 320.
    assert published.label(replace(alike, resize=320)) == (
        "measured with 5x3 views of 16x4 (stride, 224 of 320 px, mean of softmax); published 81.5 % is for 5x3 views"
        " of 16x4 (stride, 224 of 224 px, mean of softmax)"
    )
    assert "(span, 224 of 224 px" in published.label(replace(alike, sampling="span"))
    assert "mean of logits); published" in published.label(replace(alike, merge="logits"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_checkpoint_is_known_by_its_id(name: str) -> None:
    row = CATALOG[name]
    published = lookup(name, row.checkpoint, row.labels.classes)
    assert published is not None
    assert (published.top1, published.of) == (row.top1, "")
    assert published.profile.views == row.profile.published
    assert 0.5 < (published.top1 or 0) < 0.95


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_copy_is_known_by_geometry_and_labels_and_says_whose_accuracy_it_is(name: str) -> None:
    row = CATALOG[name]
    published = lookup(name, labels=row.labels.classes)
    assert published is not None
    assert (published.top1, published.of) == (row.top1, name)
    label = published.label(row.profile)
    assert (
        f"; the {100 * (row.top1 or 0):.1f} % published of {name} is for {row.profile.published} views"
        in label
    )


@pytest.mark.parametrize(
    ("name", "labels", "changed"),
    [
        ("videomae", 3, {}),
        ("videomae", 400, {"hidden_size": 192}),
        ("videomae", 400, {"num_hidden_layers": 3}),
        ("timesformer", 400, {"num_frames": 4}),
        ("vjepa2-ssv2", 400, {}),
        ("vivit", 600, {}),
    ],
)
def test_of_other_geometries_and_labels_nothing_is_known(
    name: str, labels: int, changed: dict[str, Any]
) -> None:
    assert lookup(name, labels=labels, **changed) is None


def test_of_other_labels_there_is_a_protocol_and_no_accuracy() -> None:
    """Of two labels more clips are right than of four hundred."""
    published = lookup("xclip", CATALOG["xclip"].checkpoint, labels=2)
    assert published is not None
    assert published.top1 is None
    assert published.label(CATALOG["xclip"].profile) == (
        "measured with 1x1 views of 8 frames segments; published accuracy is for 4x3 views of 8 frames segments"
    )


def test_a_checkpoint_says_itself_what_is_published_of_it(tmp_path: Path) -> None:
    checkpoint(tmp_path, "videomae")
    assert load(str(tmp_path), LABELS, "clips").published is None
    (tmp_path / "profile.json").write_text(json.dumps({"published": "2x3", "rate": 7}))
    model = load(str(tmp_path), LABELS, "clips")
    assert model.published is not None
    assert model.published.label(model.profile) == (
        "measured with 1x1 views of 4x7; published accuracy is for 2x3 views of 4x7"
    )
    assert model.published.label(model.shown("published").profile) == ""
    assert model.published.label(model.shown(Views(3, 1)).profile) == (
        "measured with 3x1 views of 4x7; published accuracy is for 2x3 views of 4x7"
    )


def test_nothing_is_published_of_random_weights() -> None:
    assert Model("random", network("videomae"), VIDEOMAE.profile, LABELS, weights="random").published is None


def test_the_published_views_are_cut_as_the_authors_cut_them() -> None:
    """V-JEPA 2's code resizes 256 / 224 as far for one view, and not at all for three crops."""
    profile = CATALOG["vjepa2-ssv2"].profile
    published = lookup("vjepa2-ssv2", labels=174)
    assert published is not None
    of = Model("vjepa2-ssv2", network("vjepa2"), profile, LABELS, published=published)
    assert (of.profile.resize, of.shown("published").profile.resize) == (292, 0)
    assert published.label(of.shown("published").profile) == ""
    assert "(stride, 256 of 292 px); the 73.7 % published of vjepa2-ssv2 is for 2x3 views of 16x4" in (
        published.label(of.profile)
    )


def test_one_view_is_what_is_published_of_the_packaged_models() -> None:
    from pytest_vidcompress.clips.pocket.motions import MOTIONS

    for name in ("timesformer", "videomae"):
        model = load(name, tuple(MOTIONS), "pocket")
        assert model.published is not None
        assert model.published.label(model.profile) == ""
        assert model.published.profile == packaged(name).profile
