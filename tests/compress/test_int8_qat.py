from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import prepared
from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.int8.quantized import QuantizedAttention, QuantizedLinear
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.artefacts.variants import missing
from tests.learn.school import clips, lessons, untrained
from tests.models.small import FAMILIES, NO_CLIPS, pixels


def spare(of: Model) -> Clips:
    """Some of the clips that lessons are of: what is calibrated on here is not what is tested."""
    chosen: tuple[Clip, ...] = clips(6)
    return Clips(chosen, of.labels, {label: k for k, label in enumerate(of.labels)}, of.profile)


def made(text: str, of: Model) -> Model:
    return parse(text, TECHNIQUES).apply(of, spare(of), lessons(of))


def answers(run: Any) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(run(lessons_pixels())).clone()


def lessons_pixels() -> torch.Tensor:
    return pixels(8)


QAT = "int8-qat:steps=30,batch=8,rate=1e-3"


@pytest.mark.parametrize("family", FAMILIES)
def test_it_leaves_what_int8_static_leaves(family: str) -> None:
    of = untrained(family)
    static, trained = made("fuse+int8-static", of).module, made(f"fuse+{QAT}", of).module
    kinds = [{name: type(part) for name, part in module.named_modules()} for module in (static, trained)]
    assert kinds[0] == kinds[1]
    before, after = static.state_dict(), trained.state_dict()
    assert {name: (each.dtype, each.shape) for name, each in before.items()} == {
        name: (each.dtype, each.shape) for name, each in after.items()
    }
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert {name for name, each in before.items() if each.dtype == torch.int8} <= changed, "weights learn"
    assert any(name.endswith("weight_scale") for name in changed)
    assert any(name.endswith("input_scale") for name in changed)
    assert not [part for part in trained.modules() if part.training]


def test_what_is_learned_brings_it_closer_to_the_reference() -> None:
    of = untrained()
    inputs, _ = lessons(of).training.batch(0, 24)

    def lost(recipe: str) -> float:
        run = executable(made(recipe, of).module)
        with torch.inference_mode():
            aim, found = (logits_from(each(inputs)).log_softmax(-1) for each in (of.module, run))
        return float((aim.exp() * (aim - found)).sum(-1).mean())

    assert lost("prune-global:amount=0.5+int8-qat:steps=60,batch=8,rate=2e-3") < 0.5 * lost(
        "prune-global:amount=0.5+int8-static"
    )


def test_zeros_stay_zero() -> None:
    trained = made(f"prune-global:amount=0.5+{QAT}", untrained()).module
    layers = [part for part in trained.modules() if isinstance(part, QuantizedLinear)]
    in_scope = [float((part.weight == 0).float().mean()) for part in layers if part.in_features > 3]
    assert max(in_scope) > 0.4


def test_the_products_of_attention_round_while_it_learns() -> None:
    trained = made("fuse+int8-qat:steps=2,batch=4,attention=all", untrained()).module
    assert any(isinstance(part, QuantizedAttention) for part in trained.modules())


@pytest.mark.parametrize("recipe", [f"fuse+{QAT}@torch", "int8-qat:steps=2,batch=4,keep=classifier@torch"])
def test_an_artefact_is_loaded_to_the_same_bits(recipe: str, tmp_path: Path) -> None:
    of, parsed = untrained(), parse(recipe, TECHNIQUES)
    variant = prepared(parsed, parsed.apply(of, spare(of), lessons(of)), "torch", RUNTIMES)
    variant.save(tmp_path)
    again = load(tmp_path)
    assert torch.equal(answers(again.module), answers(variant.module))
    floats = {name for name, part in again.stored.named_modules() if type(part) is nn.Linear}  # type: ignore[union-attr]
    assert floats == ({"classifier"} if "keep" in recipe else set())


@pytest.mark.skipif(bool(missing("fuse+int8-static")), reason="openvino is not installed")
@pytest.mark.slow
def test_openvino_multiplies_its_integers() -> None:
    of = untrained()
    compressed = made(f"fuse+{QAT}", of)
    expected = answers(executable(compressed.module))
    found = torch.cat(
        [
            torch.as_tensor(logits_from(RUNTIMES["openvino"].prepare(compressed)(row)))
            for row in lessons_pixels().split(1)
        ]
    )
    assert (found - expected).norm() < 0.1 * expected.norm()


def test_it_is_refused_as_int8_static_is() -> None:
    of = untrained()
    for recipe, reason in (
        ("int8-qat:attention=all", "int8-qat:attention=all must come after fuse"),
        ("int8-qat+fp16", "int8-qat must come last, nothing but bf16 can follow it"),
        ("int8-qat:smooth=2", "smooth=2 is out of range"),
        ("int8-qat:batch=0", "batch=0 is out of range"),
    ):
        with pytest.raises(VidcompressError, match=reason):
            parse(recipe, TECHNIQUES)
    with pytest.raises(VidcompressError, match="int8-qat calibrates on clips that are not tested"):
        parse("int8-qat", TECHNIQUES).apply(of, NO_CLIPS, lessons(replace(of)))
