"""What users of compression libraries complain of most, each with a test that would have caught it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from pytest_vidcompress import load
from pytest_vidcompress.artefacts.folder import read
from pytest_vidcompress.artefacts.packing import whole as whole_tensors
from pytest_vidcompress.artefacts.tensors import take_apart
from pytest_vidcompress.console.show import artefact_lines
from pytest_vidcompress.models.safetensors_header import described
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.variants import answers, variant
from tests.models.small import FAMILIES, model
from tests.project import Project

PRUNED = (
    "prune-global:amount=0.6",
    "prune-local-attention",
    "prune-local-dense",
    "prune-local-both:amount=0.4",
)


@pytest.mark.parametrize("recipe", PRUNED)
@pytest.mark.parametrize("family", FAMILIES)
def test_pruned_files_hold_no_masks_and_are_smaller(recipe: str, family: str, tmp_path: Path) -> None:
    """My pruned model is as large as before, or larger: weight_orig and weight_mask are saved."""
    whole, pruned = variant("fp32", family), variant(recipe, family)
    whole.save(tmp_path / "whole")
    pruned.save(tmp_path / "pruned")
    before, after = (
        whole_tensors(described(tmp_path / name / "model.safetensors"), read(tmp_path / name).packed)
        for name in ("whole", "pruned")
    )
    assert [(each.name, each.dtype, each.shape) for each in after] == [
        (each.name, each.dtype, each.shape) for each in before
    ], "the same tensors, no weight_orig, no weight_mask"
    # What is told is what is stored, and zeros are not.
    assert pruned.size_bytes() == sum(path.stat().st_size for path in (tmp_path / "pruned").iterdir())
    saved = sum(each.nbytes for each in before) - sum(each.nbytes for each in after)
    assert saved >= 0.5 * 4 * (take_apart(pruned.model.module).zeros or 0)


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


SLOW = """
    import pytest, torch
    from torch import nn

    class Slow(nn.Module):
        '''What quantizing left: the same answers, computed in a roundabout way.'''
        def __init__(self, module):
            super().__init__()
            self.module = module

        def forward(self, pixels):
            for _ in range(2):
                self.module(pixels)
            return self.module(pixels)

    @pytest.mark.vc_budget(latency_ratio=1.0)
    def test_int8(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(Slow(vc_model.module)))
    """


@pytest.mark.slow
def test_a_compressed_model_that_is_slower_than_its_original_is_red(project: Project) -> None:
    """int8 slower than fp32; a replacement slower than what it replaces; a converted graph that was never lowered."""
    project.write(test_slow=SLOW)
    assert project.run("--vc-baseline=check").failed("latency_ratio")


@pytest.mark.parametrize("family", FAMILIES)
def test_halves_are_stored_and_never_computed_with(family: str) -> None:
    """fp16 on a CPU is many times slower: it has no arithmetic for halves."""
    made = variant("fp16", family)
    assert {p.dtype for p in made.model.module.parameters()} == {torch.float16}
    assert isinstance(made.module, nn.Module)
    seen: set[torch.dtype] = set()
    for part in made.module.modules():
        part.register_forward_hook(lambda _, inputs, output: seen.update(_dtypes((inputs, output))))
    answers(made.module)
    assert seen == {torch.float32}


def _dtypes(values: object) -> set[torch.dtype]:
    return {each.dtype for each in tree_leaves(values) if isinstance(each, torch.Tensor)}


@pytest.mark.parametrize("family", ["videomae", pytest.param("timesformer", marks=pytest.mark.slow)])
def test_video_models_run_in_every_runtime_that_is_here(family: str) -> None:
    """Video transformers cannot be exported: five axes of pixels, shapes that hang on values."""
    expected = answers(variant("fp32", family).module)
    left_out = ("torch-compile", "two-stages")
    here = [name for name, runtime in RUNTIMES.items() if not runtime.missing and name not in left_out]
    assert "torch" in here
    for name in here:
        found = answers(variant("fuse", family, runtime=name).module)
        assert (found - expected).abs().max() < 1e-4 * expected.abs().max(), name
