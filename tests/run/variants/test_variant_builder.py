"""Recipes applied to the models of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder

REGISTRIES = Registries.merge([], [], [], [])
OPTIONS = Options({"vc-model": ("videomae",), "vc-sample": 2, "vc-calibration": 2})


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return Inputs(OPTIONS, REGISTRIES)


@pytest.fixture(scope="module")
def builder(inputs: Inputs) -> VariantBuilder:
    return VariantBuilder(OPTIONS, REGISTRIES, inputs, VariantNotes())


def logits(variant: Variant, inputs: Inputs) -> torch.Tensor:
    pixels, _ = next(iter(inputs.clips("videomae").batches(2)))
    with torch.inference_mode():
        return logits_from(variant.module(pixels))


def test_a_variant_is_on_the_run_s_device(builder: VariantBuilder, inputs: Inputs) -> None:
    variant = builder.variant(inputs.choices.recipe("prune-global"), "videomae")
    assert variant.model.device == inputs.device
    assert variant.name == "prune-global"


def test_a_recipe_may_start_from_an_artefact(builder: VariantBuilder, inputs: Inputs, tmp_path: Path) -> None:
    builder.variant(inputs.choices.recipe("prune-global"), "videomae").save(tmp_path)
    started = builder.variant(inputs.choices.recipe(f"artefact:path={tmp_path}+fp16"), "videomae")
    whole = builder.variant(inputs.choices.recipe("prune-global+fp16"), "videomae")
    assert torch.equal(logits(started, inputs), logits(whole, inputs))
    assert started.complete_recipe == whole.recipe
    assert started.size_bytes() == whole.size_bytes()


def test_what_cannot_run_is_refused_before_anything_is_compressed(inputs: Inputs) -> None:
    options = Options({**OPTIONS.values, "vc-runtime": "nowhere"})
    said: list[str] = []
    builder = VariantBuilder(
        options, REGISTRIES, inputs, VariantNotes(), lambda what, done, total: said.append(what)
    )
    with pytest.raises(VidcompressError, match="unknown runtime 'nowhere'"):
        builder.variant(inputs.choices.recipe("fp16"), "videomae")
    assert said == []
