from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.small import FAMILIES, NO_CLIPS, logits, model

WIDE = {"hidden_size": 96, "intermediate_size": 384}


def compressed(of: Model, recipe: str = "int8-weights") -> Model:
    return parse(recipe, TECHNIQUES).apply(of, NO_CLIPS)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_quarter_is_left_on_disk(family: str) -> None:
    of = model(family, **WIDE)
    ratio = size_bytes(compressed(of).module) / size_bytes(of.module)
    assert ratio < 0.32, "names, scales and norms weigh in so small a model"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "recipe", ["int8-weights", "fuse+int8-weights", "prune-global:amount=0.5+int8-weights"]
)
def test_what_runs_is_float_and_close(family: str, recipe: str) -> None:
    of = model(family)
    before = compressed(of, recipe.removesuffix("int8-weights").removesuffix("+") or "fp32")
    run = executable(compressed(of, recipe).module)
    held = run.state_dict().values()
    assert {tensor.dtype for tensor in held if tensor.ndim > 1} == {torch.float32}
    with torch.inference_mode():
        expected = _logits(before.module)
        assert 0 < (_logits(run) - expected).norm() < 0.1 * expected.norm()


def _logits(module: nn.Module) -> torch.Tensor:
    try:
        return logits(module)
    except AttributeError:  # fused models return them bare
        from tests.models.small import pixels

        return module(pixels(2))


def test_convolutions_shrink_too() -> None:
    made = compressed(model("videomae")).module
    wide = [name for name, t in made.state_dict().items() if t.ndim > 1 and t.dtype != torch.int8]
    assert not [name for name in wide if "projection" in name]


def test_a_model_without_matrices_is_refused() -> None:
    of = model("videomae")
    with pytest.raises(VidcompressError, match="no linear or convolution layers"):
        compressed(Model("mine", nn.Sequential(nn.Flatten()), of.profile, of.labels))
