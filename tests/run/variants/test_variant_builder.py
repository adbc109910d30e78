"""Recipes applied to the models of a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.errors import UntrainedError, VidcompressError
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.family import POCKET
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


def another(folder: Path) -> Path:
    """A checkpoint like the packaged one, of which one tensor is another."""
    shutil.copytree(POCKET / "videomae", folder)
    file = folder / "model.safetensors"
    save_file({**load_file(file), "classifier.bias": torch.ones(16)}, file, metadata={"format": "pt"})
    return folder


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


def test_a_cascade_is_built_of_its_stages_and_its_threshold_is_found_on_no_tested_clip(
    builder: VariantBuilder, inputs: Inputs
) -> None:
    recipe = inputs.choices.recipe("cascade:first=(prune-global:amount=0.9),then=(fuse),clips=8")
    made = builder.variant(recipe, "videomae")
    assert made.name == str(recipe)
    assert made.notes[-1].startswith("threshold ")
    assert "of 8 clips" in made.notes[-1]
    with torch.inference_mode():
        pixels, _ = next(iter(inputs.clips("videomae").batches(2)))
        stages = [logits_from(stage(pixels)) for stage in (made.module.first, made.module.then)]  # type: ignore[attr-defined]
    leaves = stages[0].softmax(-1).amax(-1) >= made.module.threshold  # type: ignore[attr-defined]
    torch.testing.assert_close(logits(made, inputs), torch.where(leaves.unsqueeze(1), *stages))


def test_a_stage_of_another_model_is_made_of_that(
    builder: VariantBuilder, inputs: Inputs, tmp_path: Path
) -> None:
    model = another(tmp_path / "another")
    recipe = inputs.choices.recipe(f"cascade:first=(fp32),then=(fp32),model={model},threshold=1")
    made = builder.variant(recipe, "videomae")
    stages = [stage.state_dict() for stage in (made.model.module.first, made.model.module.then)]
    assert not torch.equal(*(stage["classifier.bias"] for stage in stages))
    # An artefact says nothing of this machine.
    assert str(made.complete_recipe) == made.name.replace(str(model), "another")


def test_a_stage_that_is_not_trained_leaves_its_cascade_out_and_is_told_to_be_trained(
    inputs: Inputs, tmp_path: Path
) -> None:
    values = {**OPTIONS.values, "vc-cache": tmp_path, "vc-learned": tmp_path}
    recipe = inputs.choices.recipe("cascade:first=(distil:steps=7),then=(fp32)")
    never = VariantBuilder(Options({**values, "vc-learn": "never"}), REGISTRIES, inputs, VariantNotes())
    with pytest.raises(
        UntrainedError, match=r"^distil:steps=7 of videomae is not trained: .*--vc-learn=never"
    ):
        never.variant(recipe, "videomae")
    missing = VariantBuilder(Options(values), REGISTRIES, inputs, VariantNotes())
    assert missing.trainings([("videomae", recipe)]) == ["distil:steps=7 of videomae, 7 steps"]
