"""Every technique on models of frame features, in every runtime: it works, or says why it cannot."""

from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import IMMEDIATE, TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.coverage import coverage
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.frame_features.small import LABELS, NAMES, NOISE, logits, model, pixels

RECIPES = (*IMMEDIATE, "fuse+int8-static", "fuse+bf16", "frames:keep=4+fuse+int8-static")
NO_ATTENTION = "has no linear layers or convolutions in scope attention: none has 'att' in its name"
REFUSALS = {
    ("hrnn", "prune-local-attention"): NO_ATTENTION,
    ("netvlad", "prune-local-attention"): NO_ATTENTION,
}
PACKED = (
    "are packed for torch's own int8 kernels; run it with --vc-runtime=torch, or measure int8-static instead"
)
COMPOSED = RECIPES[-1]
"""What is converted for every model in every runtime; of the others each is in each runtime, for models in turns."""


def compressed(recipe: str, name: str) -> Model:
    return parse(recipe, TECHNIQUES).apply(model(name), NOISE)


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).norm() / expected.norm())


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", NAMES)
def test_a_technique_works_or_says_why_not(name: str, recipe: str) -> None:
    if (name, recipe) in REFUSALS:
        with pytest.raises(VidcompressError, match=REFUSALS[name, recipe]):
            compressed(recipe, name)
        return
    before, after = logits(model(name).module), logits(executable(compressed(recipe, name).module))
    assert after.shape == (2, len(LABELS))
    # Rounded, rewritten, or of fewer numbers or frames: another function would be as far away as logits are large.
    assert distance(after, before) < 0.35


CONVERTED = [
    # Of what is composed, a kind of model in each.
    pytest.param(
        *(name, recipe, runtime),
        marks=() if recipe == COMPOSED and name == NAMES[turn % len(NAMES)] else pytest.mark.slow,
    )
    for turn, runtime in enumerate(("openvino", "onnxruntime"))
    for place, recipe in enumerate(RECIPES)
    for name in (NAMES if recipe == COMPOSED else [NAMES[(place + turn) % len(NAMES)]])
]


@pytest.mark.parametrize(("name", "recipe", "runtime"), CONVERTED)
def test_a_runtime_agrees_with_torch_or_says_why_not(name: str, recipe: str, runtime: str) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(f"{runtime}: {RUNTIMES[runtime].missing}")
    if (name, recipe) in REFUSALS:
        pytest.skip("it is refused before")
    made = compressed(recipe, name)
    if recipe == "int8-dynamic":
        with pytest.raises(VidcompressError, match=PACKED):
            RUNTIMES[runtime].prepare(made)
        return
    expected, found = logits(executable(made.module)), RUNTIMES[runtime].prepare(made)(pixels())
    assert distance(found, expected) < (0.02 if "16" in recipe or "int8" in recipe else 1e-5)


@pytest.mark.parametrize("recipe", ["int8-dynamic", "int8-static", "int8-weights", "fuse+int8-static"])
def test_integers_leave_an_lstm_float_and_say_so(recipe: str) -> None:
    made = compressed(recipe, "hrnn")
    note = "left float, as recurrent layers are: aggregator.frames, aggregator.blocks (LSTM)"
    assert note in made.notes
    assert not any("recurrent" in each for each in compressed(recipe, "netvlad").notes)
    left = {row.kind for row in coverage(made.module, pixels(1)).left}
    assert "LSTM" in left
