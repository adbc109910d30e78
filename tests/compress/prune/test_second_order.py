"""What is left makes up for what is zero: as well as least squares can, and never worse than zeros alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.compress.prune.second_order import DAMPING, compensated


def case(rows: int, row: int, share: float, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Weights `(rows, row)`, zeros among them, and second moments of inputs that go together."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(rows, row, generator=generator)
    is_zero = torch.rand(rows, row, generator=generator) < share
    inputs = torch.randn(4 * row, row, generator=generator, dtype=torch.double)
    mixed = inputs @ torch.randn(row, row, generator=generator, dtype=torch.double)
    return weight, is_zero, mixed.T @ mixed / len(mixed)


def damped(second: torch.Tensor) -> torch.Tensor:
    return second + DAMPING * second.diagonal().mean() * torch.eye(len(second), dtype=torch.double)


def lost(weight: torch.Tensor, changed: torch.Tensor, second: torch.Tensor) -> float:
    """Mean square of what outputs change by."""
    change = (weight - changed).double()
    return float(torch.einsum("oi,ij,oj->", change, damped(second), change))


@settings(max_examples=25)
@given(st.integers(1, 6), st.integers(1, 12), st.floats(0, 1), st.integers(0, 1000))
def test_what_is_to_be_zero_is_and_never_is_more_lost(rows: int, row: int, share: float, seed: int) -> None:
    weight, is_zero, second = case(rows, row, share, seed)
    made = compensated(weight, is_zero, second)
    assert (made[is_zero] == 0).all()
    assert (
        lost(weight, made, second) <= (1 + 1e-5) * lost(weight, weight.masked_fill(is_zero, 0), second) + 1e-9
    )


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_it_is_least_squares_over_what_is_left(share: float) -> None:
    weight, is_zero, second = case(6, 16, share, 3)
    made, moments = compensated(weight, is_zero, second), damped(second)
    for output in range(6):
        left = (~is_zero[output]).nonzero()[:, 0]
        aim = (moments @ weight[output].double())[left]
        best = torch.zeros(16, dtype=torch.double)
        best[left] = torch.linalg.solve(moments[left][:, left], aim)
        least = lost(weight[output : output + 1], best.unsqueeze(0), second)
        assert lost(weight[output : output + 1], made[output : output + 1], second) == pytest.approx(
            least, rel=0.01
        )


def test_nothing_changes_where_nothing_becomes_zero_and_all_goes_where_all_does() -> None:
    weight, is_zero, second = case(4, 10, 0.0, 0)
    assert torch.equal(compensated(weight, is_zero, second), weight)
    assert not compensated(weight, ~is_zero, second).any()


@pytest.mark.parametrize("size", [0.0, 1e-12])
def test_inputs_that_are_never_there_break_nothing(size: float) -> None:
    weight, is_zero, second = case(3, 6, 0.5, 6)
    made = compensated(weight, is_zero, size * second)
    assert made.isfinite().all()
    assert (made[is_zero] == 0).all()
