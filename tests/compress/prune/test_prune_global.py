from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.artefacts.tensors import take_apart
from pytest_vidcompress.compress.prune.prune_global import PRUNE_GLOBAL, PruneGlobal
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.models.model import Model
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


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 1, exclude_max=True))
def test_any_amount_keeps_the_model_whole(amount: float) -> None:
    pruned = prune(model("videomae", num_hidden_layers=1), amount=amount)
    in_scope = sum(linear.weight.numel() for linear in matrices(pruned, ("global",)))
    assert take_apart(pruned.module).zeros == round(amount * in_scope)
    assert logits(pruned.module).isfinite().all()
