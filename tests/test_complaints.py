"""What users of compression libraries complain of most, each with a test that would have caught it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress import load
from pytest_vidcompress.present.artefact import artefact_lines
from pytest_vidcompress.runtimes.header import described
from tests.models.small import FAMILIES, model
from tests.runtimes.variants import answers, variant

PRUNED = (
    "prune-global:amount=0.6",
    "prune-local-attention",
    "prune-local-dense",
    "prune-local-both:amount=0.4",
)


@pytest.mark.parametrize("recipe", PRUNED)
@pytest.mark.parametrize("family", FAMILIES)
def test_pruned_files_hold_no_masks_and_their_size_is_told_as_it_is(
    recipe: str, family: str, tmp_path: Path
) -> None:
    """My pruned model is as large as before, or larger: weight_orig and weight_mask are saved."""
    whole, pruned = variant("fp32", family), variant(recipe, family)
    whole.save(tmp_path / "whole")
    pruned.save(tmp_path / "pruned")
    before, after = (described(tmp_path / name / "model.safetensors") for name in ("whole", "pruned"))
    assert after == before, "the same tensors, no weight_orig, no weight_mask"
    # Zeros are stored like any number: nobody is told of bytes that are not saved.
    assert pruned.size_bytes() == sum(path.stat().st_size for path in (tmp_path / "pruned").iterdir())
    assert abs(pruned.size_bytes() - whole.size_bytes()) < 200, "only the text of the recipe is longer"


@pytest.mark.parametrize("recipe", ["int8-dynamic", "int8-weights", "prune-global+int8-dynamic"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_quantized_model_loads_without_quantizing_one_first(
    recipe: str, family: str, tmp_path: Path
) -> None:
    """My state dict fails after quantizing: missing `.weight`, unexpected `.scale` and `._packed_params`."""
    made = variant(recipe, family)
    made.save(tmp_path)
    # What people try, and what fails:
    plain = model(family).module
    with pytest.raises(RuntimeError, match=r"Missing key|Unexpected key"):
        plain.load_state_dict(made.model.module.state_dict())
    # What works:
    again = load(tmp_path)
    assert torch.equal(answers(again.module), answers(made.module))


@pytest.mark.parametrize("recipe", ["int8-dynamic", "int8-weights", "fp16", "prune-local-both+int8-dynamic"])
@pytest.mark.parametrize("family", FAMILIES)
def test_quantized_models_are_saved_as_safetensors(recipe: str, family: str, tmp_path: Path) -> None:
    """I cannot save a quantized model as safetensors: its tensors are none that the format knows."""
    made = variant(recipe, family)
    made.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.safetensors", "config.json", "recipe.json"}
    stored = {each.name: each.dtype for each in described(tmp_path / "model.safetensors")}
    layers = [name for name, part in model(family).module.named_modules() if isinstance(part, nn.Linear)]
    assert layers
    assert {stored[f"{name}.weight"] for name in layers} <= {"int8", "float16"}
    assert torch.equal(answers(load(tmp_path).module), answers(made.module))


@pytest.mark.parametrize("recipe", [*PRUNED, "prune-global:amount=0.6+int8-dynamic", "prune-local-both+fp16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_pruned_checkpoint_loads_again(recipe: str, family: str, tmp_path: Path) -> None:
    """My pruned checkpoint does not load: size mismatch, the code builds the unpruned shapes."""
    made = variant(recipe, family)
    made.save(tmp_path)
    again = load(tmp_path)
    assert torch.equal(answers(again.module), answers(made.module))
    assert again.size_bytes() == made.size_bytes()


@pytest.mark.parametrize("family", FAMILIES)
def test_convolutions_that_were_left_float_are_named(family: str, tmp_path: Path) -> None:
    """Dynamic quantization left my convolutions float, and nothing said so."""
    made = variant("int8-dynamic", family)
    made.save(tmp_path)
    convolutions = [
        f"{name}.weight"
        for name, part in made.model.module.named_modules()
        if isinstance(part, nn.Conv2d | nn.Conv3d)
    ]
    assert convolutions
    lines = artefact_lines(tmp_path)
    (told,) = (line for line in lines if line.startswith("still float: "))
    assert f"{len(convolutions)} convolution" in told
    for name in convolutions:
        assert any(line.strip().startswith(f"{name} float32 ") for line in lines), name
    variant("int8-weights", family).save(tmp_path)
    (told,) = (line for line in artefact_lines(tmp_path) if line.startswith("still float: "))
    assert "0 convolutions" in told, "int8-weights takes them, too"
