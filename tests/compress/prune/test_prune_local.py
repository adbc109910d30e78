from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.prune.prune_local import (
    PRUNE_LOCAL_ATTENTION,
    PRUNE_LOCAL_BOTH,
    PRUNE_LOCAL_DENSE,
    PruneLocal,
)
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.compress.technique import Technique
from tests.models.small import FAMILIES, NO_CLIPS, model

TECHNIQUES = [
    (PRUNE_LOCAL_ATTENTION, ("attention",)),
    (PRUNE_LOCAL_DENSE, ("dense",)),
    (PRUNE_LOCAL_BOTH, ("attention", "dense")),
]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("technique", "scopes"), TECHNIQUES)
def test_each_matrix_loses_its_rows_of_smallest_norm(
    technique: Technique, scopes: tuple[str, ...], family: str
) -> None:
    original = model(family)
    pruned = technique.apply(original.copy(), PruneLocal(amount=0.25), NO_CLIPS)
    pairs = list(zip(matrices(original, scopes), matrices(pruned, scopes), strict=True))
    assert pairs
    for before, after in pairs:
        norms = before.weight.norm(dim=1)
        gone = (after.weight == 0).all(1)
        assert int(gone.sum()) == round(0.25 * before.out_features)
        assert norms[gone].max() < norms[~gone].min()
        assert torch.equal(after.weight[~gone], before.weight[~gone])
        assert before.bias is None or torch.equal(after.bias, before.bias)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("technique", "scopes"), TECHNIQUES)
def test_nothing_else_changes(technique: Technique, scopes: tuple[str, ...], family: str) -> None:
    original = model(family, num_hidden_layers=12)
    pruned = technique.apply(original.copy(), PruneLocal(layers=":-1"), NO_CLIPS)
    before, after = original.module.state_dict(), pruned.module.state_dict()
    assert after.keys() == before.keys(), "no masks are left"
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    inside = {id(linear) for linear in matrices(pruned, scopes, ":-1")}
    assert changed == {f"{name}.weight" for name, part in pruned.module.named_modules() if id(part) in inside}
    assert not any(".layer.11." in key for key in changed)
    assert any(".layer.10." in key for key in changed)


def test_both_is_one_after_the_other() -> None:
    original = model("timesformer")
    both = PRUNE_LOCAL_BOTH.apply(original.copy(), PruneLocal(), NO_CLIPS).module.state_dict()
    attention = PRUNE_LOCAL_ATTENTION.apply(original.copy(), PruneLocal(), NO_CLIPS)
    after = PRUNE_LOCAL_DENSE.apply(attention, PruneLocal(), NO_CLIPS).module.state_dict()
    assert all(torch.equal(both[key], after[key]) for key in both)
