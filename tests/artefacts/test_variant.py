from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.runtime import Runtime
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.artefacts.variants import answers, in_turns, skip_without, variant
from tests.models.small import NO_CLIPS, model


@pytest.mark.parametrize(("recipe", "family"), in_turns(1))
def test_every_technique_runs(recipe: str, family: str) -> None:
    skip_without(recipe)
    made = variant(recipe, family)
    assert made.name == recipe
    assert answers(made.module).isfinite().all()


def test_the_name_is_canonical_and_the_original_is_untouched() -> None:
    original = model("timesformer")
    expected = answers(original.module)
    made = variant("prune-global:amount=0.50", original)
    assert made.name == "prune-global:amount=0.5"
    assert torch.equal(answers(original.module), expected)
    assert not torch.equal(answers(made.module), expected)


def test_how_a_folder_is_typed_does_not_change_the_artefact() -> None:
    names = ("mine", "./mine", "/some/where/else/mine")
    assert len({variant("fp32", replace(model("videomae"), name=name)).size_bytes() for name in names}) == 1


def test_the_runtime_is_the_recipe_s_own_unless_another_is_chosen() -> None:
    runtimes = {**RUNTIMES, "twice": Runtime(lambda model: model.module, lambda: "twice1.0")}
    recipe = parse("fp32", TECHNIQUES)
    assert variant("fp32").runtime == "torch"
    other = build(recipe, model("videomae"), NO_CLIPS, runtimes, "twice")
    assert (other.runtime, other.name) == ("twice", "fp32@twice")
    assert "twice" in repr(other)


def test_runtimes_that_are_not_here_are_refused() -> None:
    absent = {"absent": Runtime(lambda model: model.module, lambda: "1", needs=("not_here_at_all",))}
    with pytest.raises(VidcompressError, match="unknown runtime 'abacus': there are torch"):
        variant("fp32", runtime="abacus")
    with pytest.raises(VidcompressError, match="runtime 'absent' cannot run here: it needs not_here_at_all"):
        build(parse("fp32", TECHNIQUES), model("videomae"), NO_CLIPS, absent, "absent")


def test_notes_are_the_models() -> None:
    assert variant("int8-dynamic:engine=onednn").notes == ("int8 engine onednn",)
    assert variant("fp32").notes == ()


def test_what_is_stored_and_what_runs_differ_in_halves_only() -> None:
    halves = variant("fp16")
    assert next(halves.model.module.parameters()).dtype == torch.float16
    assert isinstance(halves.module, nn.Module)
    assert next(halves.module.parameters()).dtype == torch.float32
    plain = variant("fp32")
    assert plain.module is plain.model.module


def test_variants_are_in_eval_mode() -> None:
    for recipe in ("fp32", "fp16", "int8-dynamic"):
        module = variant(recipe).module
        assert isinstance(module, nn.Module)
        assert not any(part.training for part in module.modules())


def test_it_is_saved_where_it_is_told(tmp_path: Path) -> None:
    variant("fp16").save(str(tmp_path / "text"))
    variant("fp16").save(tmp_path / "path")
    for name in ("text", "path"):
        assert (tmp_path / name / "recipe.json").is_file()


def test_widening_leaves_the_module_and_its_mode_alone() -> None:
    halves = nn.Sequential(nn.Linear(2, 2), nn.Dropout()).half().train()
    run = executable(halves)
    assert halves[0].weight.dtype == torch.float16
    assert run[0].weight.dtype == torch.float32  # type: ignore[index]
    assert halves.training
    plain = nn.Linear(2, 2).train()
    assert executable(plain) is plain
    assert plain.training
