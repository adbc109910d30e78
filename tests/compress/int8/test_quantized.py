from __future__ import annotations

import pickle

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.fit import factor_range
from pytest_vidcompress.compress.int8.quantized import (
    QuantizedAttention,
    QuantizedConvolution,
    QuantizedLinear,
)
from pytest_vidcompress.compress.int8.range import Range

CONVOLUTIONS = [
    (nn.Conv1d(3, 4, 3, padding=1), (2, 3, 8)),
    (nn.Conv2d(4, 6, 3, groups=2, dilation=2, bias=False), (2, 4, 9, 9)),
    (nn.Conv3d(4, 4, 3, padding=1, groups=4), (2, 4, 4, 4, 4)),
    (nn.Conv3d(3, 4, (1, 2, 2), padding="same", padding_mode="replicate"), (2, 3, 4, 4, 4)),
]


def test_a_quantized_layer_computes_what_its_float_form_does() -> None:
    torch.manual_seed(0)
    layer, given = nn.Linear(32, 8), torch.randn(20, 32)
    made = QuantizedLinear(layer, factor_range(given))
    with torch.inference_mode():
        assert torch.allclose(made(given), made.widened()(given), atol=1e-6)
        assert 0 < (made(given) - layer(given)).norm() < 0.03 * layer(given).norm()


@pytest.mark.parametrize(("layer", "shape"), CONVOLUTIONS, ids=lambda given: str(given).partition("(")[0])
def test_a_quantized_convolution_is_close_to_its_layer(layer: nn.Conv3d, shape: tuple[int, ...]) -> None:
    given = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    made = QuantizedConvolution(layer, factor_range(given), Range.of(-1.0, 1.0))
    with torch.inference_mode():
        assert torch.equal(made(given), made.widened()(given))
        assert torch.equal(made(given), pickle.loads(pickle.dumps(made))(given))
        assert 0 < (made(given) - layer(given)).norm() < 0.03 * layer(given).norm()
    assert made.weight.dtype == torch.int8
    assert made.weight.shape == layer.weight.shape


def test_zeros_around_the_inputs_stay_zeros() -> None:
    """A range with an offset holds zero exactly, so what is padded is what it was."""
    layer = nn.Conv3d(1, 1, 3, padding=1, bias=False)
    nn.init.ones_(layer.weight)
    given = torch.full((1, 1, 3, 3, 3), 5.0)
    made = QuantizedConvolution(layer, Range.of(-1.0, 5.0), Range.of(0.0, 135.0))
    with torch.inference_mode():
        assert torch.allclose(made(given), layer(given), rtol=0.01)


def test_quantized_attention_is_close_to_attention() -> None:
    torch.manual_seed(0)
    parts = torch.randn(3, 1, 2, 30, 8)
    made = QuantizedAttention(*map(factor_range, parts), Range.of(0, 1))
    expected = nn.functional.scaled_dot_product_attention(*parts)
    assert 0 < (made(*parts) - expected).norm() < 0.03 * expected.norm()
