"""A 3-D CNN of somebody's own: every technique in every runtime, and whether integers are really multiplied."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.artefacts.tensors import take_apart
from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.coverage import coverage
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.cnn import CONVOLUTIONS, NOISE, Cnn, cnn, noise

EXPORTED = ("openvino", "onnxruntime")
LAYERS = {*CONVOLUTIONS, "classifier"}
APART = {
    "fp32": 0.0,
    "fuse": 0.0,
    "fp16": 0.002,
    "fuse+fp16": 0.002,
    "int8-weights": 0.02,
    "fuse+int8-weights": 0.02,
    "int8-dynamic": 0.03,
    "fuse+int8-dynamic": 0.03,
    "int8-static": 0.04,
    "fuse+int8-static": 0.04,
    "fuse+int8-static:smooth=0": 0.04,
}
"""Recipe -> how far its logits may be from those of the model, relative."""
EVERYWHERE = ("fp32", "fuse+fp16", "int8-weights", "int8-static", "fuse+int8-static")
"""What other runtimes execute too, in forms of their own."""
PRUNED = ("prune-global", "prune-local-dense+fuse+int8-static")
SMALLER = {
    "fuse": 0.99,
    "fp16": 0.54,
    "fuse+fp16": 0.52,
    "int8-weights": 0.3,
    "fuse+int8-weights": 0.3,
    "int8-dynamic": 0.3,
    "fuse+int8-dynamic": 0.3,
    "int8-static": 0.3,
    "fuse+int8-static": 0.3,
}
"""Recipe -> most of the model's bytes that may be left, names and headers included."""


@cache
def model() -> Model:
    return cnn()


@cache
def variant(recipe: str, runtime: str = "torch") -> Variant:
    if RUNTIMES[runtime].missing:
        pytest.skip(f"{runtime}: {RUNTIMES[runtime].missing}")
    return build(parse(f"{recipe}@{runtime}", TECHNIQUES), model(), NOISE, RUNTIMES)


def logits(run: Variant | torch.nn.Module) -> torch.Tensor:
    module = run.module if isinstance(run, Variant) else run
    with torch.inference_mode():
        return torch.cat([logits_from(module(clip)) for clip in noise(4).split(1)])


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).norm() / expected.norm())


@pytest.mark.parametrize(
    ("recipe", "runtime"),
    [
        *((recipe, "torch") for recipe in APART),
        *(
            pytest.param(recipe, runtime, marks=pytest.mark.slow if (place + turn) % 2 else ())
            for place, recipe in enumerate(EVERYWHERE)
            for turn, runtime in enumerate(EXPORTED)
        ),
    ],
)
def test_logits_stay_near(recipe: str, runtime: str) -> None:
    assert distance(logits(variant(recipe, runtime)), logits(model().module)) <= max(APART[recipe], 1e-5)


@pytest.mark.parametrize("runtime", EXPORTED)
@pytest.mark.parametrize("recipe", PRUNED)
def test_what_is_pruned_is_the_same_in_every_runtime(recipe: str, runtime: str) -> None:
    apart = 0.05 if "int8" in recipe else 1e-5
    assert distance(logits(variant(recipe, runtime)), logits(variant(recipe))) < apart


@pytest.mark.parametrize("runtime", EXPORTED)
def test_torch_s_own_kernels_are_refused_elsewhere_by_name(runtime: str) -> None:
    with pytest.raises(
        VidcompressError, match=r"'classifier' are packed for torch's own .*--vc-runtime=torch"
    ):
        variant("int8-dynamic", runtime)


@pytest.mark.parametrize("recipe", SMALLER)
def test_files_are_as_small_as_what_is_stored(recipe: str) -> None:
    of = cnn(32)
    made = parse(recipe, TECHNIQUES).apply(of, NOISE)
    assert size_bytes(made.module) < SMALLER[recipe] * size_bytes(of.module)


@pytest.mark.parametrize("technique", ["prune-global", "prune-local-dense", "prune-local-both"])
def test_zeros_are_counted(technique: str) -> None:
    of = model()
    scope = ("global",) if technique == "prune-global" else ("dense",)
    layers = matrices(of, scope)
    assert len(layers) == len(CONVOLUTIONS), "all but the classifier"
    made = parse(f"{technique}:amount=0.5", TECHNIQUES).apply(of, NOISE)
    pruned = take_apart(made.module).zeros
    if technique == "prune-global":
        assert pruned == round(0.5 * sum(layer.weight.numel() for layer in layers))
        return
    expected = 0
    for before, after in zip(layers, matrices(made, scope), strict=True):
        gone = (after.weight.flatten(1) == 0).all(1)
        norms = before.weight.flatten(1).norm(dim=1)
        assert int(gone.sum()) == round(0.5 * len(norms)), "whole channels"
        assert norms[gone].max() <= norms[~gone].min()
        expected += int(gone.sum()) * before.weight[0].numel()
    assert pruned == expected


def test_pruning_attention_says_why_not() -> None:
    with pytest.raises(
        VidcompressError,
        match=r"model 'cnn' has no .* in scope attention: none has 'att' in its name; .*prune-local-dense",
    ):
        variant("prune-local-attention")
    with pytest.raises(VidcompressError, match="fuse"):
        variant("int8-static:attention=all")


@pytest.mark.parametrize("runtime", EXPORTED)
@pytest.mark.parametrize("recipe", ["int8-static", "fuse+int8-static", PRUNED[-1]])
def test_all_convolutions_multiply_integers(recipe: str, runtime: str) -> None:
    """As who executes them says, 3-D, factorized, grouped and depthwise ones alike."""
    run = variant(recipe, runtime)
    assert set(run.module.integers()) == LAYERS  # type: ignore[attr-defined]
    covered = coverage(run.model.module, noise(), precisions=run.module.precisions())  # type: ignore[attr-defined]
    assert covered.macs_int8 == 1.0
    assert covered.weights_int8 > 0.9


@pytest.mark.parametrize("runtime", EXPORTED)
def test_what_is_kept_float_is_said_to_be(runtime: str) -> None:
    run = variant("fuse+int8-static:keep=stem.0|blocks.2.grouped", runtime)
    assert set(run.module.integers()) == LAYERS - {"stem.0", "blocks.2.grouped"}  # type: ignore[attr-defined]
    covered = coverage(run.model.module, noise(), precisions=run.module.precisions())  # type: ignore[attr-defined]
    assert {left.name for left in covered.left if left.macs} == {"stem.*", "blocks.*.grouped"}


def test_what_torch_computes_in_float_is_said_to_be() -> None:
    stored = coverage(variant("int8-dynamic").model.module, noise(), precisions={})
    assert stored.weights_int8 > 0.85
    assert 0 < stored.macs_int8 < 0.01, "the classifier alone"
    kinds = {left.kind for left in stored.left if left.macs}
    assert kinds == {"int8 weights computed with in float"}
    static = coverage(variant("fuse+int8-static").model.module, noise(), precisions={})
    assert static.macs_int8 == 0.0


@pytest.mark.parametrize("runtime", EXPORTED)
def test_time_is_counted_for_the_modules_that_it_was_spent_in(runtime: str) -> None:
    run = variant("int8-static", runtime)
    modules = {each.module for each in run.module.profile(noise())}  # type: ignore[attr-defined]
    assert modules >= LAYERS


@pytest.mark.parametrize(
    "recipe",
    [
        *("fp32", "prune-global", "fuse", "fuse+fp16", "fuse+int8-weights", "fuse+int8-dynamic"),
        *("int8-static@torch", "prune-local-dense+fuse+int8-static@torch"),
        *("fuse+int8-static", "fuse+int8-static@onnxruntime"),
    ],
)
def test_saved_and_loaded_it_gives_the_same_bits(recipe: str, tmp_path: Path) -> None:
    made = variant(recipe.partition("@")[0], parse(recipe, TECHNIQUES).runtime)
    made.save(tmp_path / "small")
    again = load(tmp_path / "small", module=Cnn)
    assert again.name == made.name
    assert torch.equal(logits(again.module), logits(made))  # type: ignore[arg-type]
    assert again.size_bytes() == made.size_bytes()


@pytest.mark.parametrize(
    ("name", "before"),
    [("int8-static", "int8-static:keep=blocks.*|stem.*"), ("int8-dynamic", "int8-dynamic:convolutions=none")],
)
def test_what_was_stored_float_is_loaded_float(name: str, before: str) -> None:
    """Artefacts of before hold convolutions as floats under the same recipe."""
    technique = TECHNIQUES[name]
    stored = take_apart(parse(before, TECHNIQUES).apply(model(), NOISE).module).tensors
    fresh = take_apart(technique.rebuilt(Cnn().eval(), technique.parameters(), stored)).tensors
    assert {each: tensor.shape for each, tensor in fresh.items()} == {
        each: tensor.shape for each, tensor in stored.items()
    }
