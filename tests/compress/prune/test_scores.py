from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.prune.scores import activation, second_order
from pytest_vidcompress.compress.prune.threshold import smallest


def moments(inputs: torch.Tensor) -> torch.Tensor:
    return inputs.T.double() @ inputs.double() / len(inputs)


def test_activation_is_the_change_of_the_output_where_one_weight_goes() -> None:
    inputs, weight = torch.randn(50, 4) * torch.tensor([1.0, 10.0, 0.1, 0.0]), torch.randn(3, 4)
    scores = activation(weight, moments(inputs))
    for output in range(3):
        for column in range(4):
            without = weight.clone()
            without[output, column] = 0
            change = (inputs @ (weight - without).T).square().mean(0)[output].sqrt()
            assert float(scores[output, column]) == pytest.approx(float(change), rel=1e-4, abs=1e-9)


def test_second_order_is_the_change_that_is_left_where_the_others_make_up_for_it() -> None:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(200, 5, generator=generator, dtype=torch.double)
    inputs[:, 1] = inputs[:, 0] + 0.01 * inputs[:, 1]  # each can do the other's work
    weight = torch.randn(1, 5, generator=generator)
    second = moments(inputs)
    scores = second_order(weight, second)
    damped = second + 0.01 * second.diagonal().mean() * torch.eye(5, dtype=torch.double)
    for column in range(5):
        others = [k for k in range(5) if k != column]
        best = torch.linalg.solve(damped[others][:, others], damped[others][:, [column]])
        rest = damped[column, column] - (damped[[column]][:, others] @ best)[0, 0]
        assert float(scores[0, column]) == pytest.approx(float(weight[0, column] ** 2 * rest), rel=1e-6)
    assert scores[0, :2].max() < 0.1 * scores[0, 2:].max()


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
