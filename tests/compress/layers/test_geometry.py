from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.layers.geometry import Geometry

LAYERS = [
    (nn.Conv1d(2, 3, 3, stride=2), (2, 2, 9)),
    (nn.Conv2d(4, 6, (3, 2), padding=(1, 0), dilation=(1, 2), groups=2), (2, 4, 7, 8)),
    (nn.Conv2d(2, 3, 2, padding="same"), (1, 2, 5, 5)),
    (nn.Conv2d(2, 3, 3, padding="valid"), (1, 2, 5, 5)),
    (nn.Conv2d(2, 3, (4, 3), padding="same", padding_mode="circular", dilation=2), (1, 2, 9, 9)),
    (nn.Conv3d(3, 3, 3, padding=1, groups=3, padding_mode="reflect", bias=False), (1, 3, 4, 5, 6)),
    (nn.Conv3d(2, 4, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), (2, 2, 4, 7, 7)),
]
IDS = [f"{len(shape) - 2}-D {number}" for number, (_, shape) in enumerate(LAYERS)]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=IDS)
def test_it_computes_what_the_layer_does(layer: nn.Conv3d, shape: tuple[int, ...]) -> None:
    given = torch.randn(*shape)
    with torch.inference_mode():
        assert torch.equal(Geometry.of(layer)(given, layer.weight, layer.bias), layer(given))


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=IDS)
def test_patches_are_what_outputs_are_made_of(layer: nn.Conv3d, shape: tuple[int, ...]) -> None:
    given, kernel = torch.randn(*shape), tuple(layer.weight.shape[2:])
    patches = Geometry.of(layer).patches(given, kernel)
    bias = torch.zeros(len(layer.weight)) if layer.bias is None else layer.bias
    by_group = patches.unflatten(1 + len(kernel), (layer.groups, -1))
    weight = layer.weight.unflatten(0, (layer.groups, -1))
    with torch.inference_mode():
        made = torch.einsum("...gi,goi->...go", by_group.flatten(-1 - len(kernel)), weight.flatten(2))
        expected = layer(given).movedim(1, -1)
        assert torch.allclose(made.flatten(-2) + bias, expected, atol=1e-5)


def test_even_padding_is_the_convolution_s_own() -> None:
    even = [Geometry.of(layer).pads_evenly for layer, _ in LAYERS]
    assert even == [True, True, False, True, False, False, True]
