from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.fit import (
    factor_range,
    fitted,
    input_range,
    output_range,
    weight_scale,
)
from pytest_vidcompress.compress.int8.observe import ROWS, Seen
from pytest_vidcompress.compress.int8.quantized import QuantizedConvolution, QuantizedLinear
from pytest_vidcompress.compress.int8.range import Range
from pytest_vidcompress.compress.layers.product import Layer


def seen(layer: Layer, given: torch.Tensor) -> Seen:
    taken = Seen.nothing(layer)
    taken.take(layer, given, ROWS)
    return taken


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
    better = QuantizedLinear(layer, input_range(layer, given), weight_scale(layer.weight.detach()))
    assert error(better) < 0.8 * error(plain)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(64, 16, bias=False), (500, 64)),
        (nn.Conv3d(4, 8, 3, bias=False), (4, 4, 6, 9, 9)),
        (nn.Conv3d(6, 6, 3, groups=6, bias=False), (4, 6, 6, 9, 9)),
        (nn.Conv2d(6, 4, 3, groups=2), (4, 6, 20, 20)),
    ],
    ids=["linear", "3-D", "depthwise", "grouped"],
)
def test_the_bias_takes_up_the_shift(layer: Layer, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    given = torch.randn(*shape) + 3
    axes = tuple(axis for axis in range(len(shape)) if axis != (1 if len(shape) > 2 else -1 % len(shape)))
    with torch.inference_mode():
        made = fitted(layer, seen(layer, given))
        expected, corrected = layer(given).mean(axes), made(given).mean(axes)
        made.bias = layer.bias
        plain = made(given).mean(axes)
    assert (corrected - expected).norm() < 0.5 * (plain - expected).norm()


@pytest.mark.parametrize(("values", "zero_point"), [(torch.randn(99) + 0.3, 128), (torch.rand(99), 0)])
def test_the_range_of_a_factor_has_no_offset(values: torch.Tensor, zero_point: int) -> None:
    found = factor_range(values)
    assert found.zero_point == zero_point
    assert (found(values) - values).abs().mean() < 0.02 * values.abs().mean()


def test_outputs_behind_a_relu_have_all_steps_above_zero() -> None:
    torch.manual_seed(0)
    layer, given = nn.Conv3d(3, 4, 2), torch.randn(2, 3, 5, 9, 9)
    nn.init.constant_(layer.bias, -2.0)  # type: ignore[arg-type]
    rows = seen(layer, given).sample
    outputs = layer(given).detach()
    whole, above = output_range(layer, rows), output_range(layer, rows, is_rectified=True)
    assert above.zero_point == 0
    assert above.scale < 0.5 * whole.scale
    assert (above(outputs) - outputs.relu()).abs().mean() < (whole(outputs) - outputs).abs().mean()
    made = fitted(layer, seen(layer, given), is_rectified=True)
    assert isinstance(made, QuantizedConvolution)
    assert int(made.output_zero_point) == 0
