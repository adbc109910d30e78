from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.ao import quantization

from pytest_vidcompress.measure.cost.macs import work
from tests.artefacts.stored_kinds import dynamic, static
from tests.measure.cost.counting import macs

STEPS = torch.randn(2, 5, 8)
"""`(B, steps, inputs)`."""
ROWS = 2 * 5


def test_recurrent_layers_by_hand() -> None:
    for gates, layer in ((4, nn.LSTM(8, 6)), (3, nn.GRU(8, 6)), (1, nn.RNN(8, 6))):
        assert macs(layer.eval(), STEPS) == ROWS * gates * 6 * (8 + 6)
    both = nn.LSTM(8, 6, num_layers=2, bidirectional=True).eval()
    assert macs(both, STEPS) == ROWS * 4 * 6 * 2 * ((8 + 6) + (12 + 6))


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
@pytest.mark.parametrize("dtype", [torch.qint8, torch.float16])
def test_a_quantized_recurrent_layer_counts_like_its_float_one(kind: Any, dtype: torch.dtype) -> None:
    layer = kind(8, 6, num_layers=2, bidirectional=True).eval()
    assert macs(dynamic(layer, dtype), STEPS) == macs(layer, STEPS)


@pytest.mark.parametrize("dtype", [torch.qint8, torch.float16])
def test_a_dynamically_quantized_linear_layer_counts_like_its_float_one(dtype: torch.dtype) -> None:
    assert macs(dynamic(nn.Linear(8, 6), dtype), STEPS) == ROWS * 8 * 6
    cell = nn.LSTMCell(8, 6)
    assert macs(dynamic(cell), STEPS[0]) == macs(cell, STEPS[0]) == 5 * 4 * 6 * (8 + 6)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(8, 6), (3, 8)),
        (nn.Conv1d(4, 6, 3), (2, 4, 9)),
        (nn.Conv2d(4, 6, 3, stride=2, groups=2), (2, 4, 9, 9)),
        (nn.Conv3d(3, 8, 3), (1, 3, 4, 8, 8)),
        (nn.ConvTranspose2d(4, 6, 3), (2, 4, 5, 5)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_static_int8_counts_like_float(layer: nn.Module, shape: tuple[int, ...]) -> None:
    inputs = torch.randn(shape)
    module = nn.Sequential(layer, nn.ReLU()).eval()
    if isinstance(layer, nn.ConvTranspose2d):
        # Torch quantizes it a tensor at a time only.
        module[0].qconfig = quantization.default_qconfig  # type: ignore[assignment]
    assert macs(static(module, inputs), inputs) == macs(module, inputs)


def test_a_fused_relu_is_counted_too() -> None:
    fused = quantization.fuse_modules(nn.Sequential(nn.Conv3d(3, 8, 3), nn.ReLU()).eval(), ["0", "1"])
    inputs = torch.randn(1, 3, 4, 8, 8)
    assert work(static(fused, inputs), inputs).by_module == {
        "module.0": {"quantized.conv3d_relu": 8 * 2 * 6 * 6 * 3 * 27}
    }


def test_sparse_products_are_counted_as_if_dense() -> None:
    weight, x = torch.eye(3, 80), torch.randn(80, 2)
    assert macs(lambda x: weight.to_sparse_csr() @ x, x) == 3 * 80 * 2
    assert macs(lambda x: torch.sparse.mm(weight.to_sparse(), x), x) == 3 * 80 * 2


def test_a_product_of_vectors() -> None:
    assert macs(lambda x: x @ x, torch.ones(7)) == 7
