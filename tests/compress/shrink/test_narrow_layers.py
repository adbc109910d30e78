from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.shrink.narrow_layers import (
    is_depthwise,
    keep_by_channel,
    keep_channels,
    keep_inputs,
    keep_outputs,
    replace_numbers,
    resize,
    resize_norm,
)


@pytest.mark.parametrize("has_bias", [True, False])
def test_what_a_linear_layer_keeps_it_computes_as_before(has_bias: bool) -> None:
    layer, inputs = nn.Linear(5, 4, bias=has_bias), torch.randn(3, 5)
    before = layer(inputs)
    keep_outputs(layer, torch.tensor([0, 3]))
    torch.testing.assert_close(layer(inputs), before[:, [0, 3]])
    inputs[:, 2] = 0
    expected = layer(inputs)
    keep_inputs(layer, torch.tensor([0, 1, 3, 4]))
    torch.testing.assert_close(layer(inputs[:, [0, 1, 3, 4]]), expected)
    assert (layer.in_features, layer.out_features) == (4, 2)
    assert layer.weight.requires_grad


def test_channels_of_a_convolution_and_of_its_norm_go_together() -> None:
    layer, norm, clip = nn.Conv3d(3, 6, 2), nn.BatchNorm3d(6), torch.randn(4, 3, 4, 4, 4)
    norm(layer(clip))
    norm.eval()
    before, chosen = norm(layer(clip)), torch.tensor([1, 2, 5])
    keep_outputs(layer, chosen)
    keep_channels(norm, chosen)
    torch.testing.assert_close(norm(layer(clip)), before[:, chosen])
    assert (layer.out_channels, norm.num_features) == (3, 3)
    assert norm.num_batches_tracked == 1


def test_other_numbers_take_the_layers_own_type_and_form() -> None:
    layer = nn.Conv2d(2, 3, 2).half()
    replace_numbers(layer, torch.ones(3, 8, dtype=torch.double), torch.zeros(3, dtype=torch.double))
    assert layer.weight.shape == (3, 2, 2, 2)
    assert (layer.weight.dtype, layer.bias is not None and layer.bias.dtype) == (torch.float16,) * 2


def test_what_has_a_size_keeps_its_tensors() -> None:
    layer, norm = nn.Linear(5, 4), nn.BatchNorm1d(4)
    weight = layer.weight
    resize(layer, 4, 5)
    resize_norm(norm, 4)
    assert layer.weight is weight
    resize(layer, 2, 3)
    resize_norm(norm, 2)
    assert (layer.weight.shape, layer.bias.shape, norm.running_mean is not None) == ((2, 3), (2,), True)
    assert layer(torch.zeros(1, 3)).shape == (1, 2)


def test_without_data_sizes_change_too() -> None:
    layer = nn.Linear(5, 4, device="meta")
    resize(layer, 2, 3)
    assert (layer.weight.shape, layer.weight.is_meta) == ((2, 3), True)


def test_channels_of_a_depthwise_convolution_go_with_its_groups() -> None:
    layer, clip = nn.Conv3d(6, 6, 3, padding=1, groups=6), torch.randn(2, 6, 3, 4, 4)
    assert is_depthwise(layer)
    assert not is_depthwise(nn.Conv3d(6, 6, 3, groups=3))
    assert not is_depthwise(nn.Conv3d(6, 12, 3, groups=6))
    before, chosen = layer(clip), torch.tensor([0, 4])
    keep_by_channel(layer, chosen)
    torch.testing.assert_close(layer(clip[:, chosen]), before[:, chosen])
    assert (layer.groups, layer.in_channels, layer.out_channels) == (2, 2, 2)


def test_a_depthwise_convolution_is_resized_with_its_groups() -> None:
    layer = nn.Conv3d(6, 6, 3, padding=1, groups=6)
    resize(layer, 4, 6)
    assert layer(torch.randn(1, 4, 3, 3, 3)).shape == (1, 4, 3, 3, 3)
