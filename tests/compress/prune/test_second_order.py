"""What is left makes up for what is zero: never worse than zeros alone, and as well as one column can."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.compress.prune.second_order import compensated


def case(rows: int, row: int, share: float, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Weights `(rows, row)`, zeros among them, and second moments of inputs that go together."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(rows, row, generator=generator)
    is_zero = torch.rand(rows, row, generator=generator) < share
    inputs = torch.randn(4 * row, row, generator=generator, dtype=torch.double)
    mixed = inputs @ torch.randn(row, row, generator=generator, dtype=torch.double)
    return weight, is_zero, mixed.T @ mixed / len(mixed)


def lost(weight: torch.Tensor, changed: torch.Tensor, second: torch.Tensor) -> float:
    """Mean square of what outputs change by."""
    change = (weight - changed).double()
    return float(torch.einsum("oi,ij,oj->", change, second, change))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(2, 12), st.floats(0, 1), st.integers(0, 1000))
def test_what_is_to_be_zero_is_and_less_is_lost(rows: int, row: int, share: float, seed: int) -> None:
    weight, is_zero, second = case(rows, row, share, seed)
    made = compensated(weight, is_zero, second)
    assert (made[is_zero] == 0).all()
    assert lost(weight, made, second) <= 1.05 * lost(weight, weight.masked_fill(is_zero, 0), second) + 1e-6


def test_nothing_changes_where_nothing_becomes_zero() -> None:
    weight, is_zero, second = case(4, 10, 0.0, 0)
    assert torch.equal(compensated(weight, is_zero, second), weight)


def test_the_first_column_is_made_up_for_as_well_as_can_be() -> None:
    weight, is_zero, second = case(5, 8, 0.0, 3)
    is_zero[:, 0] = True
    damped = second + 0.01 * second.diagonal().mean() * torch.eye(8, dtype=torch.double)
    # Least squares of the others on the first.
    best = torch.linalg.solve(damped[1:, 1:], damped[1:, :1]) @ weight.double()[:, :1].T
    expected = weight.double()[:, 1:] + best.T
    assert torch.allclose(compensated(weight, is_zero, second).double()[:, 1:], expected, atol=1e-5)


def test_columns_to_the_left_stay_as_they_are() -> None:
    weight, is_zero, second = case(5, 8, 0.0, 4)
    is_zero[:, 5] = True
    made = compensated(weight, is_zero, second)
    assert torch.equal(made[:, :5], weight[:, :5])
    assert (made[:, 6:] != weight[:, 6:]).any()


def test_many_columns_are_what_one_column_after_another_gives() -> None:
    weight, is_zero, second = case(3, 300, 0.5, 5)
    damped = second + 0.01 * second.diagonal().mean() * torch.eye(300, dtype=torch.double)
    factor = torch.linalg.cholesky(torch.linalg.inv(damped), upper=True)
    expected = weight.double().clone()
    for column in range(300):
        change = torch.where(is_zero[:, column], expected[:, column] / factor[column, column], 0.0)
        expected[:, column:] -= torch.outer(change, factor[column, column:])
    assert torch.allclose(
        compensated(weight, is_zero, second).double(), expected.masked_fill(is_zero, 0), atol=1e-4
    )


@pytest.mark.parametrize("size", [0.0, 1e-12])
def test_inputs_that_are_never_there_break_nothing(size: float) -> None:
    weight, is_zero, second = case(3, 6, 0.5, 6)
    made = compensated(weight, is_zero, size * second)
    assert made.isfinite().all()
    assert (made[is_zero] == 0).all()
