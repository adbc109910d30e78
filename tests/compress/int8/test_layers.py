from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from pytest_vidcompress.compress.int8.fit import factor_range, input_range, quantized, weight_scale
from pytest_vidcompress.compress.int8.layers import (
    QuantizedAttention,
    QuantizedLinear,
    StoredInt8,
    dequantized,
    replaced,
    rounded,
)
from pytest_vidcompress.compress.int8.range import Range
from pytest_vidcompress.errors import VidcompressError

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


@pytest.mark.parametrize(
    "layer",
    [
        nn.Linear(12, 5),
        nn.Linear(12, 5, bias=False),
        nn.Conv2d(3, 4, 2, stride=2),
        nn.Conv3d(3, 4, 2, stride=2),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_stored_weights_compute_like_their_layer(layer: nn.Module) -> None:
    shape = {nn.Linear: (2, 12), nn.Conv2d: (2, 3, 4, 4), nn.Conv3d: (2, 3, 4, 4, 4)}[type(layer)]
    given = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    stored = StoredInt8(layer)  # type: ignore[arg-type]
    held = stored.state_dict()
    assert held["weight"].dtype == torch.int8
    assert "layer.weight" not in held
    with torch.inference_mode():
        assert torch.equal(stored(given), stored.widened()(given))
        assert (stored(given) - layer(given)).norm() < 0.02 * layer(given).norm()
    assert layer.weight is not None, "the layer itself is left alone"


def test_a_quantized_layer_computes_what_its_float_form_does() -> None:
    torch.manual_seed(0)
    layer, given = nn.Linear(32, 8), torch.randn(20, 32)
    made = QuantizedLinear(layer, factor_range(given))
    with torch.inference_mode():
        assert torch.allclose(made(given), made.widened()(given), atol=1e-6)
        assert 0 < (made(given) - layer(given)).norm() < 0.03 * layer(given).norm()


def test_fitted_scales_lose_less_than_the_largest_values_ask_for() -> None:
    """Far values that weigh little: cut off, they cost less than coarse steps for all."""
    generator = torch.Generator().manual_seed(0)
    layer = nn.Linear(64, 16)
    given = torch.randn(2000, 64, generator=generator)
    given[::100, 5] *= 30
    weight = torch.randn(16, 64, generator=generator)
    weight[:, 5] *= 0.01
    layer.weight = nn.Parameter(weight)

    def error(of: QuantizedLinear) -> float:
        with torch.inference_mode():
            return float((of(given) - layer(given)).square().mean())

    plain = QuantizedLinear(layer, Range.of(float(given.min()), float(given.max())))
    fitted = QuantizedLinear(layer, input_range(layer, given), weight_scale(layer.weight.detach()))
    assert error(fitted) < 0.8 * error(plain)


def test_the_bias_takes_up_the_shift() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(64, 16, bias=False)
    given = torch.randn(500, 64) + 3
    with torch.inference_mode():
        expected = layer(given).mean(0)
        corrected = quantized(layer, given, given.mean(0))(given).mean(0)
        plain = QuantizedLinear(layer, factor_range(given))(given).mean(0)
    assert (corrected - expected).norm() < 0.5 * (plain - expected).norm()


@pytest.mark.parametrize(("values", "zero_point"), [(torch.randn(99) + 0.3, 128), (torch.rand(99), 0)])
def test_the_range_of_a_factor_has_no_offset(values: torch.Tensor, zero_point: int) -> None:
    found = factor_range(values)
    assert found.zero_point == zero_point
    assert (found(values) - values).abs().mean() < 0.02 * values.abs().mean()


def test_quantized_attention_is_close_to_attention() -> None:
    torch.manual_seed(0)
    parts = torch.randn(3, 1, 2, 30, 8)
    made = QuantizedAttention(*map(factor_range, parts), Range.of(0, 1))
    expected = nn.functional.scaled_dot_product_attention(*parts)
    assert 0 < (made(*parts) - expected).norm() < 0.03 * expected.norm()


def test_only_the_class_itself_is_replaced() -> None:
    class Other(nn.Linear):
        """Does something else with its weights."""

    module = nn.Sequential(nn.Linear(2, 2), Other(2, 2), nn.Sequential(nn.Linear(2, 2)))
    seen: list[str] = []
    replaced(module, nn.Linear, lambda name, part: seen.append(name))
    assert seen == ["0", "2.0"]


def test_a_bare_layer_is_no_model() -> None:
    with pytest.raises(VidcompressError, match="a bare Linear is no model"):
        replaced(nn.Linear(2, 2), nn.Linear, lambda *_: None)
