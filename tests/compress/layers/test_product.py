from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from pytest_vidcompress.compress.layers.product import has_weights, input_channels, is_layer, multiplied


class Arguments(nn.Conv3d):
    """As torchvision's: nothing but arguments of its own."""

    def __init__(self) -> None:
        super().__init__(2, 2, (1, 3, 3), padding=(0, 1, 1), bias=False)


class Computes(nn.Conv3d):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return super().forward(input) * 2


class Derived(nn.Linear):
    pass


@pytest.mark.parametrize(
    "layer", [nn.Linear(2, 2), nn.Conv1d(2, 2, 1), nn.Conv2d(2, 2, 1), nn.Conv3d(2, 2, 1), Arguments()]
)
def test_what_is_a_product_and_nothing_else_is_a_layer(layer: nn.Module) -> None:
    assert is_layer(layer)
    assert has_weights(layer)


@pytest.mark.parametrize(
    "part",
    [
        Computes(2, 2, 1),
        Derived(2, 2),
        nn.ConvTranspose3d(2, 2, 1),
        nn.LayerNorm(2),
        parametrizations.weight_norm(nn.Linear(2, 2)),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_does_more_or_other_things_is_none(part: nn.Module) -> None:
    assert not is_layer(part)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_weights_lie_by_the_channel_that_they_meet(groups: int) -> None:
    """A channel that is doubled, and whose weights are halved, changes nothing."""
    layer, given = nn.Conv2d(4, 8, 3, groups=groups), torch.randn(1, 4, 5, 5)
    factor = torch.tensor([1.0, 2.0, 4.0, 8.0])
    with torch.inference_mode():
        expected = layer(given)
        by_channel = input_channels(layer, layer.weight)
        assert by_channel.shape == (groups, 8 // groups, 4 // groups, 9)
        scaled = by_channel / factor.reshape(groups, 1, -1, 1)
        layer.weight = nn.Parameter(scaled.reshape(layer.weight.shape))
        assert torch.allclose(layer(given * factor.reshape(4, 1, 1)), expected, atol=1e-5)


def test_rows_of_groups_meet_the_weights_of_their_group() -> None:
    layer, given = nn.Conv2d(4, 6, 2, groups=2, bias=False), torch.randn(3, 4, 2, 2)
    with torch.inference_mode():
        assert torch.allclose(
            multiplied(layer, given.flatten(1), layer.weight), layer(given).flatten(1), atol=1e-6
        )
