"""`vidcompress learn`: what it stores a run of tests takes, and trains no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.artefacts.kept.learned_origin import Origin
from pytest_vidcompress.console import main
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder

RECIPE = "finetune:steps=1,batch=2"


def test_it_stores_what_a_run_of_tests_takes_and_trains_it_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learned, cache = tmp_path / "learned", tmp_path / "cache"
    command = ["learn", "videomae", f"{RECIPE}+fp16", f"--learned={learned}", f"--cache={cache}"]
    assert main(command) == 0
    first = capsys.readouterr().out
    assert first.startswith(f"{RECIPE} of videomae: in {learned}")
    assert main(command) == 0
    assert capsys.readouterr().out.startswith(f"{RECIPE} of videomae: there already, in {learned}")
    options = Options({"vc-model": ("videomae",), "vc-learn": "never", "vc-learned": learned})
    registries, notes = Registries.merge([], [], [], []), VariantNotes()
    inputs = Inputs(options, registries)
    VariantBuilder(options, registries, inputs, notes).compressed(inputs.choices.recipe(RECIPE), "videomae")
    assert [each.origin for each in notes.learned.values()] == [Origin.REPOSITORY]


def test_a_recipe_that_learns_nothing_is_refused_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["learn", "videomae", "fp16", f"--learned={tmp_path}"]) == 2
    said = capsys.readouterr().err
    assert "recipe 'fp16' learns nothing" in said
    assert not [*tmp_path.iterdir()]


def test_the_stages_of_a_cascade_are_learned_each_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = f"cascade:first=({RECIPE}),then=(fp32)"
    assert main(["learn", "videomae", recipe, f"--learned={tmp_path}"]) == 2
    assert "learns nothing itself, and its stages are kept each by itself" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]


def test_what_another_decides_takes_the_place_of_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    places = [f"--learned={tmp_path / 'learned'}", f"--cache={tmp_path / 'cache'}"]
    for seed in (0, 1):
        assert main(["learn", "videomae", RECIPE, f"--seed={seed}", "--sample=64", *places]) == 0
        assert f"of videomae: in {tmp_path}" in capsys.readouterr().out
    assert not [each for each in recwarn if "is not taken" in str(each.message)]


@pytest.mark.slow
def test_workers_train_a_recipe_each_and_it_is_in_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = RECIPE.replace("steps=1", "steps=2")
    command = ["learn", "videomae", RECIPE, other, "--workers=2", "--sample=64"]
    assert main([*command, f"--learned={tmp_path / 'learned'}", f"--cache={tmp_path / 'cache'}"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(" of ")[0] for line in said] == [RECIPE, other]
    assert len([*(tmp_path / "learned").glob("*/*/recipe.json")]) == 2


def test_what_one_machine_keeps_in_the_store_another_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["learn", "videomae", RECIPE, "--sample=64", f"--store={tmp_path / 'store'}"]
    learned = f"--learned={tmp_path / 'learned'}"
    assert main([*command, learned, f"--cache={tmp_path / 'one'}", "--only-keep"]) == 0
    assert capsys.readouterr().out.startswith(f"{RECIPE} of videomae: kept, ")
    assert not (tmp_path / "learned").exists()
    (kept,) = (tmp_path / "store" / "learned").iterdir()
    before = kept.read_bytes()
    assert main([*command, learned, f"--cache={tmp_path / 'two'}"]) == 0
    assert kept.read_bytes() == before
    (made,) = (tmp_path / "learned").glob("*/*/recipe.json")
    assert made.is_file()


def test_what_others_refuse_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "videomae", "fp16", "--workers=2", f"--learned={tmp_path}"]) == 2
    assert "vidcompress: fp16 of videomae: recipe 'fp16' learns nothing" in capsys.readouterr().err


def test_a_cluster_needs_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "videomae", RECIPE, "--engine=ray", f"--learned={tmp_path}"]) == 2
    assert "--engine=ray: what nodes learn needs a place that all reach" in capsys.readouterr().err
