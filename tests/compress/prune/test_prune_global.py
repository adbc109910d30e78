from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from pytest_vidcompress.artefacts.tensors import take_apart
from pytest_vidcompress.compress.prune.prune_global import PRUNE_GLOBAL, PruneGlobal
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from tests.models.packaged import packaged, spare
from tests.models.small import FAMILIES, NO_CLIPS, logits, model


def prune(of: Model, **given: object) -> Model:
    return PRUNE_GLOBAL.apply(of.copy(), PruneGlobal(**given), NO_CLIPS)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", FAMILIES)
def test_one_threshold_over_all_matrices(family: str) -> None:
    original = model(family)
    with torch.no_grad():
        for factor, linear in enumerate(matrices(original, ("global",)), 1):
            linear.weight *= factor  # layers of different sizes of weights lose different shares
    pruned = prune(original, amount=0.3)
    before = torch.cat([linear.weight.flatten() for linear in matrices(original, ("global",))])
    after = torch.cat([linear.weight.flatten() for linear in matrices(pruned, ("global",))])
    assert int((after == 0).sum()) == round(0.3 * before.numel())
    assert before[after == 0].abs().max() <= before[after != 0].abs().min()
    assert torch.equal(after[after != 0], before[after != 0])
    shares = [float((linear.weight == 0).float().mean()) for linear in matrices(pruned, ("global",))]
    assert shares[0] > 2 * shares[-1]


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_else_changes(family: str) -> None:
    original = model(family, num_hidden_layers=12)
    pruned = prune(original, layers=":-1")
    before, after = original.module.state_dict(), pruned.module.state_dict()
    assert after.keys() == before.keys(), "no masks are left"
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    inside = {id(linear) for linear in matrices(pruned, ("global",), ":-1")}
    scope = {f"{name}.weight" for name, module in pruned.module.named_modules() if id(module) in inside}
    assert changed == scope
    assert len(changed) == 11 * (5 if family == "timesformer" else 6)
    assert not any(".layer.11." in key for key in changed)
    assert {type(value) for value in pruned.module.parameters()} == {torch.nn.Parameter}


def test_the_default_is_a_fifth_of_all_layers() -> None:
    pruned = prune(model("videomae"))
    in_scope = sum(linear.weight.numel() for linear in matrices(pruned, ("global",)))
    assert take_apart(pruned.module).zeros == round(0.2 * in_scope)
    assert take_apart(pruned.module).parameters == sum(p.numel() for p in pruned.module.parameters())


@settings(max_examples=10)
@given(st.floats(0, 1, exclude_max=True))
def test_any_amount_keeps_the_model_whole(amount: float) -> None:
    pruned = prune(model("videomae", num_hidden_layers=1), amount=amount)
    in_scope = sum(linear.weight.numel() for linear in matrices(pruned, ("global",)))
    assert take_apart(pruned.module).zeros == round(amount * in_scope)
    assert logits(pruned.module).isfinite().all()


SCORES = ("activation", "second-order")


@pytest.fixture(scope="module", params=FAMILIES)
def trained(request: pytest.FixtureRequest) -> Model:
    return packaged(request.param)


def by_clips(recipe: str, of: Model) -> Model:
    return parse(recipe, TECHNIQUES).apply(of, spare(of))


def error(made: Model, of: Model) -> float:
    """Of logits on clips that calibrated nothing, as a share of theirs."""
    ours, theirs = (
        torch.cat([each.module(pixels).logits for pixels, _ in spare(of, 48).batches(4)][-4:])
        for each in (made, of)
    )
    return float((ours - theirs).norm() / theirs.norm())


@torch.inference_mode()
@pytest.mark.parametrize("score", SCORES)
def test_scores_of_clips_make_as_many_zeros_and_say_on_how_many_clips(score: str, trained: Model) -> None:
    made = by_clips(f"prune-global:amount=0.5,score={score}", trained)
    layers = matrices(made, ("global",))
    zeros = sum(int((layer.weight == 0).sum()) for layer in layers)
    assert zeros == pytest.approx(0.5 * sum(layer.weight.numel() for layer in layers), abs=2 * len(layers))
    assert made.notes[-1] == "calibrated on 16 clips"
    assert all((layer.weight != 0).float().mean() > 0.2 for layer in layers), "no layer is emptied"
    names = {name for name, part in made.module.named_modules() if any(part is layer for layer in layers)}
    before, after = trained.module.state_dict(), made.module.state_dict()
    assert {name for name in before if not torch.equal(before[name], after[name])} == {
        f"{name}.weight" for name in names
    }


def test_what_is_made_up_for_is_lost_less(trained: Model) -> None:
    with torch.inference_mode():
        lost = {
            score: error(by_clips(f"prune-global:amount=0.6,score={score}", trained), trained)
            for score in ("magnitude", "second-order")
        }
    assert lost["second-order"] < 0.85 * lost["magnitude"]


def test_convolutions_in_groups_are_pruned_group_by_group() -> None:
    class Grouped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv3d(3, 8, (1, 3, 3), padding=(0, 1, 1))
            self.second = nn.Conv3d(8, 8, 3, groups=4, padding=1)
            self.classifier = nn.Linear(8, 16)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            hidden = self.second(self.first(pixels.transpose(1, 2)).relu()).relu()
            return self.classifier(hidden.mean((2, 3, 4)))

    torch.manual_seed(0)
    base = packaged("videomae")
    of = replace(base, module=Grouped().eval(), profile=replace(base.profile, modules={}))
    for score in SCORES:
        made = by_clips(f"prune-global:amount=0.5,score={score}", of)
        zeros = [float((part.weight == 0).float().mean()) for part in (made.module.first, made.module.second)]  # type: ignore[union-attr]
        assert sum(zeros) > 0.5
        assert all(zero < 1 for zero in zeros)


@pytest.mark.parametrize("score", SCORES)
def test_without_clips_it_says_which_score_needs_them(score: str) -> None:
    with pytest.raises(VidcompressError, match=f"prune-global:score={score} calibrates on clips"):
        prune(model("videomae"), score=score)


def test_a_score_that_there_is_not_is_refused_and_the_default_is_not_written() -> None:
    with pytest.raises(
        VidcompressError, match="score=taste is unknown: expected one of magnitude, activation"
    ):
        parse("prune-global:score=taste", TECHNIQUES)
    assert str(parse("prune-global:score=magnitude,amount=0.5", TECHNIQUES)) == "prune-global:amount=0.5"
    assert str(parse("prune-global:score=second-order,amount=0.5", TECHNIQUES)) == (
        "prune-global:amount=0.5,score=second-order"
    )
