"""Shares of `prune-global`, for bytes."""

from __future__ import annotations

import pytest

from pytest_vidcompress.run.target.prune_way import PruneWay, prune_way


def test_what_is_shipped_makes_up_for_its_zeros_and_a_draft_looks_at_no_clip() -> None:
    way = PruneWay(0.5)
    assert way.recipe(0.5) == "prune-global:amount=0.45,score=second-order"
    assert way.draft(0.5) == "prune-global:amount=0.45"
    assert way.recipe(0) == way.draft(0) == ""
    assert way.others(0.5) == ()


@pytest.mark.parametrize(("goal", "amount"), [(0.73, 0.27), (0.05, 0.9), (1.2, 0)])
def test_as_many_zeros_are_likely_as_bytes_must_go(goal: float, amount: float) -> None:
    assert 0.9 * prune_way(goal).likely == pytest.approx(amount)
