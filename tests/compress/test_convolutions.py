"""Every technique for convolutions on R(2+1)D, X3D and I3D, and what is saved of it."""

from __future__ import annotations

from functools import cache
from math import inf
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.measure.cost.coverage import coverage
from pytest_vidcompress.models.batch_norms import BATCH_NORMS
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.convolutions.small import NAMES, NOISE, logits, model, noise

APART = {
    "fuse": 1e-4,
    "fp16": 0.02,
    "bf16": 0.2,
    "int8-weights": 0.2,
    "int8-dynamic": 0.2,
    "fuse+int8-static": 0.5,
    "shrink": inf,
    "prune-global": inf,
    "prune-local-both": inf,
    "frames:keep=3": inf,
}
"""Recipe -> how far its logits may be from those of the model, relative; what takes away is another function.

Of random weights noise decides much: the packaged checkpoints show what rounding costs.
"""
ALIKE = ("fp16", "bf16", "int8-weights", "int8-dynamic", "prune-global", "prune-local-both")
"""Which do to one of the networks what they do to all of them."""
FLOAT = {("x3d", "openvino"): {"blocks.*.conv.conv_xy"}}
"""Network and runtime -> what is multiplied in float whatever the recipe: a depthwise convolution over time."""
WORKING = [
    pytest.param(name, recipe, marks=pytest.mark.slow if name != "x3d" and recipe in ALIKE else ())
    for name in NAMES
    for recipe in APART
]


@cache
def of(name: str) -> Model:
    return model(name)


def compressed(recipe: str, name: str) -> Model:
    return parse(recipe, TECHNIQUES).apply(of(name).copy(), NOISE)


def answers(made: Model) -> torch.Tensor:
    return logits(executable(made.module))  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "recipe"), WORKING)
def test_a_technique_works(name: str, recipe: str) -> None:
    before, made = logits(of(name).module), compressed(recipe, name)
    after = answers(made)
    assert (after - before).norm() <= APART[recipe] * before.norm()
    if APART[recipe] == inf:
        assert not torch.equal(after, before)


@pytest.mark.parametrize("name", NAMES)
def test_every_batch_norm_becomes_part_of_a_convolution(name: str) -> None:
    made = compressed("fuse", name)
    assert not [part for part in made.module.modules() if isinstance(part, BATCH_NORMS)]


@pytest.mark.parametrize("name", NAMES)
def test_whole_channels_are_pruned_of_all_convolutions(name: str) -> None:
    layers = matrices(compressed("prune-local-both:amount=0.5", name), ("global",))
    assert len(layers) > 10
    for layer in layers:
        gone = (layer.weight.flatten(1) == 0).all(1)
        assert int(gone.sum()) == round(0.5 * len(layer.weight))


@pytest.mark.parametrize("name", NAMES)
def test_channels_that_shrink_takes_are_gone(name: str) -> None:
    made = compressed("shrink:mlp=0.5", name)
    before, after = (sum(p.numel() for p in each.module.parameters()) for each in (of(name), made))
    assert after < 0.95 * before


def test_what_a_technique_needs_and_a_cnn_lacks_is_said() -> None:
    with pytest.raises(VidcompressError, match=r"has no .* in scope attention: none has 'att' in its name"):
        compressed("prune-local-attention", "x3d")
    with pytest.raises(VidcompressError, match="shrink knows heads, blocks and width of"):
        compressed("shrink:blocks=1", "r2plus1d")
    with pytest.raises(VidcompressError, match="has no linear layers in scope global, and convolutions stay"):
        compressed("lowrank", "x3d")


@pytest.mark.parametrize("recipe", ["frames:keep=3", "frames:keep=3+bf16"])
def test_fewer_frames_of_channels_before_frames_are_predicted(recipe: str) -> None:
    made = compressed(recipe, "x3d")
    found, _ = predict(executable(made.module), NOISE, len(made.labels))  # type: ignore[arg-type]
    expected = torch.cat([logits(executable(made.module), views) for views, _ in NOISE.batches(1)])  # type: ignore[arg-type]
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("x3d", "shrink:mlp=0.5+fuse+int8-static@torch"),
        ("r2plus1d", "shrink:mlp=0.5+fuse+int8-weights"),
        ("i3d", "frames:keep=2+fp16"),
    ],
)
def test_an_artefact_is_loaded_without_the_checkpoint(name: str, recipe: str, tmp_path: Path) -> None:
    made = build(parse(recipe, TECHNIQUES), of(name).copy(), NOISE, RUNTIMES)
    made.save(tmp_path)
    loaded = load(tmp_path)
    assert torch.equal(logits(loaded.module), logits(made.module))  # type: ignore[arg-type]
    assert loaded.profile.layout == "BCTHW"


@pytest.mark.parametrize(
    ("name", "runtime"),
    [
        ("x3d", "onnxruntime"),
        *(pytest.param(name, "openvino", marks=pytest.mark.slow) for name in NAMES),
        *(pytest.param(name, "onnxruntime", marks=pytest.mark.slow) for name in ("r2plus1d", "i3d")),
    ],
)
def test_other_runtimes_multiply_integers(name: str, runtime: str) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(f"{runtime}: {RUNTIMES[runtime].missing}")
    made = build(parse(f"fuse+int8-static@{runtime}", TECHNIQUES), of(name).copy(), NOISE, RUNTIMES)
    before, after = (logits(each, noise()) for each in (of(name).module, made.module))  # type: ignore[arg-type]
    assert (after - before).norm() <= APART["fuse+int8-static"] * before.norm()
    covered = coverage(made.model.module, noise(), precisions=made.module.precisions())  # type: ignore[attr-defined]
    assert {left.name for left in covered.left if left.macs} <= FLOAT.get((name, runtime), set())
