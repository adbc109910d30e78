"""What is shipped is what a test measures."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.calibration import packaged
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.variants.outside_a_test import Workshop
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder
from tests.models import small

REGISTRIES = Registries.merge([], [], [], [])


def options(cache: Path) -> Options:
    values = {"vc-model": ("videomae",), "vc-sample": 2, "vc-calibration": 2, "vc-cache": cache}
    return Options({**values, "vc-learned": cache}, began=time.time())


@pytest.mark.parametrize(
    "text", ["prune-global:score=activation", "prune-global+finetune:steps=1,batch=2+fuse"]
)
def test_it_is_what_a_run_of_tests_builds(text: str, tmp_path: Path) -> None:
    given, recipe = options(tmp_path), parse(text, TECHNIQUES)
    inputs = Inputs(given, REGISTRIES)
    tested = VariantBuilder(given, REGISTRIES, inputs, VariantNotes()).variant(recipe, "videomae")
    workshop, notes = Workshop(inputs.model("videomae"), pocket(), packaged(2)), VariantNotes()
    shipped = workshop.variant(recipe, given, REGISTRIES, notes)
    assert shipped.name == tested.name
    states = [each.model.module.state_dict() for each in (shipped, tested)]
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert len(notes.learned) == recipe.learns


def test_without_clips_of_its_own_labels_nothing_is_learned(tmp_path: Path) -> None:
    workshop = Workshop(small.model("videomae"), None, packaged(2))
    with pytest.raises(VidcompressError, match=r"other labels than the packaged clips, .*--clips"):
        workshop.variant(parse("finetune", TECHNIQUES), options(tmp_path), REGISTRIES, VariantNotes())


def test_a_cascade_is_what_a_run_of_tests_builds(tmp_path: Path) -> None:
    text = "cascade:first=(prune-global:amount=0.9),then=(fp32),clips=8"
    given, recipe = options(tmp_path), parse(text, TECHNIQUES)
    inputs = Inputs(given, REGISTRIES)
    tested = VariantBuilder(given, REGISTRIES, inputs, VariantNotes()).variant(recipe, "videomae")
    workshop = Workshop(inputs.model("videomae"), pocket(), packaged(2))
    shipped = workshop.variant(recipe, given, REGISTRIES, VariantNotes())
    assert shipped.name == tested.name
    assert shipped.notes == tested.notes
    states = [each.model.module.state_dict() for each in (shipped, tested)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[1])
