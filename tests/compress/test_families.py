"""Every technique on every family: it works, or says why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import IMMEDIATE, TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.families import FAMILIES
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes import integer_sums
from pytest_vidcompress.runtimes.openvino import OPENVINO
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.small import LABELS, model, pixels

NAMES = [family.model_type for family in FAMILIES if family.own is None]
"""Those of transformers."""
TOKENS = ("merge-tokens", "drop-tokens", "prune-tokens", "run-length")
RECIPES = [*IMMEDIATE, *TOKENS, "fuse+int8-static", "fuse+int8-static:attention=all", "fuse+int8-dynamic"]
REFUSALS = {
    # Its predictor is part of the checkpoint, and no classifier calls it; fuse leaves it out.
    (
        "vjepa2",
        "int8-static",
    ): r"layer 'vjepa2\.predictor\.[\w.]+' of model 'vjepa2' is never called as a module.*keep=",
    ("xclip", "frames"): "which takes 4 frames and no 2: frames knows .* leave it out of its recipes",
    **{
        (family, name): f"{name} knows .*, and model '{family}' is a .*: leave it out of its recipes"
        for family in NAMES
        for name in TOKENS
        if family not in ("timesformer", "videomae")
    },
    (
        "timesformer",
        "run-length",
    ): "it keeps another number of patches of each frame, and attention over time needs",
}


class Noise:
    """Calibration clips without files."""

    expected = 4

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((pixels(1, 100 + clip), torch.zeros(1, dtype=torch.long)) for clip in range(self.expected))


NOISE = cast(Clips, Noise())


def answers(run: Any) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(run(pixels(2)))


def compressed(recipe: str, of: Model) -> Model:
    return parse(recipe, TECHNIQUES).apply(of, NOISE)


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("family", NAMES)
def test_a_technique_works_or_says_why_not(family: str, recipe: str) -> None:
    of = model(family)
    if (family, recipe) in REFUSALS:
        with pytest.raises(VidcompressError, match=REFUSALS[family, recipe]):
            compressed(recipe, of)
        return
    before, after = answers(of.module), answers(executable(compressed(recipe, of).module))
    assert after.shape == (2, len(LABELS))
    if recipe == "run-length":
        assert torch.isfinite(after).all()
    elif recipe.startswith(("prune", "shrink", "frames", *TOKENS)):
        assert not torch.equal(after, before)
    else:
        # Rounded or rewritten: another function would be as far away as the logits are large.
        assert (after - before).norm() < 0.25 * before.norm()


def test_what_is_refused_works_as_the_refusal_says() -> None:
    of = model("vjepa2")
    made = answers(executable(compressed("int8-static:keep=vjepa2.predictor.*", of).module))
    assert (made - answers(of.module)).norm() < 0.25 * answers(of.module).norm()


@pytest.mark.parametrize(
    "recipe", ["fuse", "fuse+int8-static@torch", "int8-weights", "prune-global+int8-dynamic"]
)
@pytest.mark.parametrize("family", ["vivit", "vjepa2", "xclip"])
def test_an_artefact_is_loaded_without_the_checkpoint(family: str, recipe: str, tmp_path: Path) -> None:
    made = build(parse(recipe, TECHNIQUES), model(family), NOISE, RUNTIMES)
    made.save(tmp_path)
    loaded = load(tmp_path)
    assert torch.equal(answers(loaded.module), answers(made.module))
    assert loaded.labels == LABELS


@pytest.mark.skipif(bool(OPENVINO.missing), reason=f"openvino: {OPENVINO.missing}")
@pytest.mark.parametrize(
    "recipe",
    [
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("fp32", "fuse")),
        "fuse+int8-static:attention=all",
    ],
)
@pytest.mark.parametrize(
    "family", [*(pytest.param(each, marks=pytest.mark.slow) for each in ("vivit", "vjepa2")), "xclip"]
)
def test_openvino_agrees_with_torch(family: str, recipe: str) -> None:
    of = compressed(recipe, model(family))
    expected, found = answers(executable(of.module)), OPENVINO.prepare(of)(pixels(2))
    # Its integer kernels round products that torch leaves in float, and without VNNI weights to coarser steps.
    rounding = 0.2 if integer_sums.saturate() else 0.1
    assert (found - expected).norm() < (rounding if "int8" in recipe else 1e-4) * expected.norm()
