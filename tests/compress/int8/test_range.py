from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.int8.range import Range

finite = st.floats(-1e4, 1e4, allow_nan=False, width=32)


@given(finite, finite)
def test_a_range_holds_its_ends_and_zero(one: float, other: float) -> None:
    low, high = min(one, other, 0.0), max(one, other, 0.0)
    values = torch.tensor([low, 0.0, high])
    made = Range.of(low, high)
    assert ((made(values) - values).abs() <= made.scale * 0.51 + 1e-30).all()
    assert made(values)[1] == 0


@given(st.floats(2**-10, 1e4, width=32))
def test_a_range_around_zero_is_symmetric(reach: float) -> None:
    made = Range.around_zero(reach)
    values = torch.linspace(0, reach, 50)
    # Halves are rounded to even integers, which are others below zero.
    assert ((made(values) + made(-values)).abs() <= 1.001 * made.scale).all()
    assert torch.isclose(made(values)[-1], -made(-values)[-1])
