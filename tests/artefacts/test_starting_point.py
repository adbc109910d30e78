"""`artefact:path=DIR`: a saved artefact as the model that later techniques work on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pytest_vidcompress import load
from pytest_vidcompress.artefacts.starting_point import starting_point
from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.compress.artefact import folder_of
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.variants import calibrating
from tests.models import small


def made(recipe: str, of: Model) -> Variant:
    return build(parse(recipe, TECHNIQUES), of, calibrating(), RUNTIMES)


def logits(variant: Variant) -> torch.Tensor:
    return small.logits(variant.module)


@pytest.fixture(scope="module")
def model() -> Model:
    return small.model("videomae")


@pytest.fixture(scope="module")
def pruned(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pruned")
    made("prune-global:amount=0.5", model).save(folder)
    return folder


def test_it_is_the_variant_that_was_saved_bit_for_bit(model: Model, pruned: Path) -> None:
    variant = made(f"artefact:path={pruned}", model)
    assert torch.equal(logits(variant), logits(made("prune-global:amount=0.5", model)))
    assert variant.name == f"artefact:path={pruned}"


@pytest.mark.parametrize("rest", ["fuse", "fuse+int8-static@torch", "fp16"])
def test_what_follows_works_on_it_as_if_it_had_just_been_made(model: Model, pruned: Path, rest: str) -> None:
    variant = made(f"artefact:path={pruned}+{rest}", model)
    assert torch.equal(logits(variant), logits(made(f"prune-global:amount=0.5+{rest}", model)))


def test_what_is_saved_of_it_needs_the_folder_no_more(model: Model, pruned: Path, tmp_path: Path) -> None:
    variant = made(f"artefact:path={pruned}+fuse+fp16", model)
    variant.save(tmp_path / "next")
    loaded = load(tmp_path / "next")
    assert loaded.recipe == "prune-global:amount=0.5+fuse+fp16"
    assert loaded.name == loaded.recipe
    assert torch.equal(small.logits(loaded.module), logits(variant))
    assert loaded.size_bytes() == variant.size_bytes()


def test_it_leaves_the_uncompressed_model_alone(model: Model, pruned: Path) -> None:
    before = small.logits(model.module)
    made(f"artefact:path={pruned}+fp16", model)
    assert torch.equal(small.logits(model.module), before)


def test_of_a_control_only_what_follows_is_applied(model: Model, tmp_path: Path) -> None:
    made("fp32", model).save(tmp_path)
    variant = made(f"artefact:path={tmp_path}+fp16", model)
    assert variant.complete_recipe.text == "fp16"
    assert made(f"artefact:path={tmp_path}", model).complete_recipe.text == "fp32"


def test_without_one_a_recipe_starts_from_the_model(model: Model) -> None:
    recipe = parse("fuse+fp16", TECHNIQUES)
    start = starting_point(recipe, model)
    assert start.model is model
    assert start.recipe is start.complete is recipe
    assert folder_of(recipe) is None


def test_a_path_is_written_as_in_a_url(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "a,b+c@d 50%"
    made("fp16", model).save(folder)
    written = str(folder).replace("%", "%25").replace(",", "%2C").replace("+", "%2B").replace("@", "%40")
    recipe = parse(f"artefact:path={written}", TECHNIQUES)
    assert folder_of(recipe) == folder
    assert parse(str(recipe), TECHNIQUES) == recipe
    assert torch.equal(logits(made(str(recipe), model)), logits(made("fp16", model)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("artefact", r"artefact: it needs the folder of an artefact: artefact:path=DIR"),
        ("fuse+artefact:path=x", "artefact must come first, nothing can come before it"),
        ("artefact:path=a,b", r"'b' is not of the form param=value; in a path a comma is written %2C"),
        ("artefact:path=a+b", r"unknown technique 'b'; .*; in a path \+ is written %2B"),
    ],
)
def test_what_cannot_be_written_is_refused_with_how_to_write_it(text: str, reason: str) -> None:
    with pytest.raises(VidcompressError, match=reason):
        parse(text, TECHNIQUES)


def test_a_folder_without_an_artefact_is_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(VidcompressError, match=r"no artefact at .*nowhere'.*nothing is there"):
        made(f"artefact:path={tmp_path}/nowhere", model)


def test_what_follows_must_make_sense_after_what_made_it(model: Model, tmp_path: Path) -> None:
    made("fp16", model).save(tmp_path)
    with pytest.raises(VidcompressError, match=r"starts from 'fp16': .*fp16 must come last"):
        made(f"artefact:path={tmp_path}+fuse", model)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"labels": ("a", "b", "c")}, "does not answer with the labels of model 'videomae'"),
        ({"weights": "random"}, "has trained weights, and model 'videomae' has random ones"),
    ],
)
def test_one_of_another_model_is_refused(
    model: Model, pruned: Path, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(VidcompressError, match=reason):
        made(f"artefact:path={pruned}", replace(model, **change))  # type: ignore[arg-type]


def test_one_that_is_shown_other_clips_is_refused(model: Model, pruned: Path) -> None:
    other = replace(model, profile=replace(model.profile, rate=4))
    with pytest.raises(VidcompressError, match="takes clips of rate 1, and model 'videomae' of 4"):
        made(f"artefact:path={pruned}", other)


def test_one_of_another_family_is_refused(pruned: Path) -> None:
    with pytest.raises(
        VidcompressError, match="is of a videomae model, and model 'timesformer' is a timesformer"
    ):
        made(f"artefact:path={pruned}", small.model("timesformer"))


def test_files_of_a_runtime_are_no_model_to_work_on(model: Model, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    made("fp32@openvino", model).save(tmp_path)
    with pytest.raises(
        VidcompressError, match="holds files of runtime 'openvino', which no technique works on"
    ):
        made(f"artefact:path={tmp_path}", model)


def test_techniques_applied_without_opening_it_say_who_opens_it(model: Model) -> None:
    with pytest.raises(VidcompressError, match="is opened before techniques are applied"):
        parse("artefact:path=x", TECHNIQUES).apply(model, small.NO_CLIPS)
