from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.variant import Variant, build, executable
from tests.models.small import FAMILIES, NO_CLIPS, logits, model


def variant(recipe: str, family: str = "videomae") -> Variant:
    return build(parse(recipe, TECHNIQUES), model(family), NO_CLIPS, RUNTIMES["torch"])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "recipe", [*TECHNIQUES, "prune-global:amount=0.5+fp16", "prune-local-both+int8-dynamic"]
)
def test_every_technique_runs_and_is_saved(recipe: str, family: str, tmp_path: Path) -> None:
    made = variant(recipe, family)
    assert made.name == recipe
    assert logits(made.module).isfinite().all()
    made.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}
    assert made.size_bytes() == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_the_name_is_canonical_and_the_original_is_untouched() -> None:
    original = model("timesformer")
    expected = logits(original.module)
    made = build(parse("prune-global:amount=0.50", TECHNIQUES), original, NO_CLIPS, RUNTIMES["torch"])
    assert made.name == "prune-global:amount=0.5"
    assert made.facts == {"recipe": made.name, "model": "timesformer", "weights": "trained"}
    assert torch.equal(logits(original.module), expected)
    assert not torch.equal(logits(made.module), expected)


def test_how_a_folder_is_typed_does_not_change_the_artefact() -> None:
    sizes = set[int]()
    for name in ("mine", "./mine", "/some/where/else/mine"):
        made = build(
            parse("fp32", TECHNIQUES), replace(model("videomae"), name=name), NO_CLIPS, RUNTIMES["torch"]
        )
        sizes.add(made.size_bytes())
    assert len(sizes) == 1


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


def test_widening_leaves_the_module_and_its_mode_alone() -> None:
    halves = nn.Sequential(nn.Linear(2, 2), nn.Dropout()).half().train()
    run = executable(halves)
    assert halves[0].weight.dtype == torch.float16
    assert run[0].weight.dtype == torch.float32  # type: ignore[index]
    assert halves.training
    plain = nn.Linear(2, 2).train()
    assert executable(plain) is plain
    assert plain.training
