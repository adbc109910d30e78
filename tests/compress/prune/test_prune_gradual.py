from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import prepared
from pytest_vidcompress.compress.prune.prune_gradual import share_of_zeros
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.learn.school import lessons, untrained
from tests.models.small import FAMILIES, NO_CLIPS, pixels


def made(text: str, of: Model) -> Model:
    return parse(text, TECHNIQUES).apply(of, NO_CLIPS, lessons(of))


def weights(of: Model, scope: str) -> torch.Tensor:
    return torch.cat([layer.weight.detach().flatten() for layer in matrices(of, (scope,))])


def divergence(of: Model, other: Model) -> float:
    given_pixels, _ = lessons(other).training.batch(0, 24)
    with torch.no_grad():
        ours, theirs = (each.module(given_pixels).logits.log_softmax(-1) for each in (of, other))
    return float((theirs.exp() * (theirs - ours)).sum(-1).mean())


@pytest.mark.parametrize("family", FAMILIES)
def test_the_share_asked_for_is_zero_and_the_others_have_learned(family: str) -> None:
    teacher = untrained(family)
    gradual = made("prune-gradual:steps=40,batch=8,scope=global", teacher)
    at_once = made("prune-global:amount=0.8", teacher)
    zeros = weights(gradual, "global") == 0
    assert int(zeros.sum()) == pytest.approx(0.8 * len(zeros), abs=2)
    assert divergence(gradual, teacher) < 0.5 * divergence(at_once, teacher)
    assert gradual.notes[-1].startswith("prune-gradual:steps=40")
    assert [curve.steps for curve in gradual.curves] == [40]


def test_nothing_out_of_scope_becomes_zero_and_no_mask_is_left() -> None:
    teacher = untrained()
    gradual = made("prune-gradual:steps=4,batch=4,layers=0", teacher)
    inside = {id(layer) for layer in matrices(gradual, ("all",), "0")}
    names = {name for name, part in gradual.module.named_modules() if id(part) in inside}
    assert {
        name for name, each in gradual.module.named_parameters() if each.ndim > 1 and (each == 0).any()
    } == {f"{name}.weight" for name in names}
    assert gradual.module.state_dict().keys() == teacher.module.state_dict().keys()


def test_all_layers_but_the_classifier_are_in_scope() -> None:
    of = untrained("timesformer")
    everything = {
        name for name, part in of.module.named_modules() if hasattr(part, "weight") and part.weight.ndim > 1
    }
    chosen = {id(layer) for layer in matrices(of, ("all",))}
    names = {name for name, part in of.module.named_modules() if id(part) in chosen}
    assert names == everything - {"classifier"}
    assert len(matrices(of, ("all",), "1")) == len(matrices(of, ("all",))) - len(matrices(of, ("all",), "0"))


@given(st.floats(0, 1), st.floats(0, 1))
def test_zeros_grow_fast_first_and_end_at_the_amount(amount: float, progress: float) -> None:
    assert share_of_zeros(amount, 0) == 0
    assert share_of_zeros(amount, 1) == amount
    assert progress * amount <= share_of_zeros(amount, progress) + 1e-12 <= amount + 2e-12
    # Equation 1 of the paper, from no zeros on.
    assert share_of_zeros(amount, progress) == pytest.approx(amount + (0 - amount) * (1 - progress) ** 3)


def test_zeros_are_bytes_saved_and_come_back_bit_for_bit(tmp_path: Path) -> None:
    teacher = untrained()
    recipe = parse("prune-gradual:steps=3,batch=4,amount=0.9+fp16", TECHNIQUES)
    variant = prepared(recipe, recipe.apply(teacher, NO_CLIPS, lessons(teacher)), "torch", RUNTIMES)
    variant.save(tmp_path)
    again = load(tmp_path)
    whole = sum(2 * each.numel() for each in teacher.module.parameters())
    assert (again.size().tensor_bytes or whole) < 0.65 * whole
    with torch.inference_mode():
        assert torch.equal(again.module(pixels(1)).logits, variant.module(pixels(1)).logits)


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ("prune-gradual:amount=1", "amount=1 is out of range"),
        ("prune-gradual:growing=0", "growing=0 is out of range"),
        ("prune-gradual:steps=-1", "steps=-1 is out of range"),
        ("prune-gradual:layers=x", "layers=x is no layer choice"),
    ],
)
def test_what_cannot_be_is_refused(recipe: str, reason: str) -> None:
    with pytest.raises(VidcompressError, match=reason):
        parse(recipe, TECHNIQUES)
