from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.compress.int8.range import Range
from pytest_vidcompress.compress.int8.rounding import dequantized, fake_quantized, rounded


@settings(max_examples=30)
@given(st.integers(1, 9), st.integers(1, 40), st.integers(0, 100))
def test_rounded_weights_are_half_a_step_off_at_most(outputs: int, inputs: int, seed: int) -> None:
    weight = torch.randn(outputs, inputs, generator=torch.Generator().manual_seed(seed))
    units, scale = rounded(weight)
    assert units.dtype == torch.int8
    assert units.abs().max() <= 127
    assert ((dequantized(units, scale) - weight).abs() <= 0.5001 * scale.unsqueeze(1)).all()


def test_rows_of_zeros_stay_zeros() -> None:
    units, scale = rounded(torch.zeros(2, 3))
    assert not units.any()
    assert torch.equal(dequantized(units, scale), torch.zeros(2, 3))


def test_kernels_have_a_scale_an_output_too() -> None:
    weight = torch.randn(4, 3, 2, 2, 2) * torch.tensor([1.0, 10, 100, 1000]).reshape(4, 1, 1, 1, 1)
    units, scale = rounded(weight)
    assert units.shape == weight.shape
    assert (units.flatten(1).abs().amax(1) == 127).all()
    assert torch.allclose(scale * 127, weight.flatten(1).abs().amax(1))


def test_values_are_rounded_as_their_range_does() -> None:
    values, made = torch.randn(50), Range.of(-1.0, 2.0)
    scale, zero_point = torch.tensor(made.scale), torch.tensor(made.zero_point, dtype=torch.int32)
    assert torch.equal(fake_quantized(values, scale, zero_point), made(values))
