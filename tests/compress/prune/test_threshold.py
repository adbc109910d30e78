from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.prune.threshold import smallest


@given(st.floats(0, 1), st.integers(0, 100))
def test_one_threshold_goes_over_all(amount: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = [torch.rand(3, 5, generator=generator), 10 * torch.rand(7, generator=generator)]
    chosen = smallest(scores, amount)
    assert [each.shape for each in chosen] == [each.shape for each in scores]
    together = torch.cat([each.flatten() for each in scores])
    is_chosen = torch.cat([each.flatten() for each in chosen])
    assert int(is_chosen.sum()) == round(amount * 22)
    if 0 < int(is_chosen.sum()) < 22:
        assert together[is_chosen].max() < together[~is_chosen].min()


def test_equals_at_the_threshold_go_together() -> None:
    (chosen,) = smallest([torch.tensor([1.0, 0.0, 0.0, 2.0])], 0.25)
    assert chosen.tolist() == [False, True, True, False]
