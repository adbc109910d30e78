from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.observe import ROWS, Seen, observe
from pytest_vidcompress.compress.layers.product import multiplied
from tests.models.cnn import CONVOLUTIONS, NOISE, cnn


def test_every_layer_of_a_cnn_is_seen() -> None:
    module = cnn().module
    layers, products = observe(module, NOISE)
    assert set(layers) == {*CONVOLUTIONS, "classifier"}
    assert products == {}
    assert all(each.sample.shape[0] >= 8 for each in layers.values())


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv3d(4, 6, (3, 3, 3), stride=(1, 2, 2), padding=1),
        nn.Conv3d(4, 4, 3, groups=4, dilation=2),
        nn.Conv3d(4, 8, 1, groups=2),
        nn.Conv3d(4, 6, (1, 2, 2), padding="same", padding_mode="replicate"),
    ],
    ids=["strided", "depthwise", "grouped", "same"],
)
def test_rows_are_what_the_outputs_of_a_convolution_are_made_of(layer: nn.Conv3d) -> None:
    given = torch.randn(2, 4, 5, 6, 7)
    seen = Seen.nothing(layer)
    seen.take(layer, given, ROWS)
    with torch.inference_mode():
        outputs = layer(given)
        made = multiplied(layer, seen.sample, layer.weight) + layer.bias
        # Each of the rows is that of some output.
        nearest = (made[:, None] - outputs.movedim(1, -1).flatten(0, -2)).norm(dim=-1).amin(dim=1)
        assert nearest.max() < 1e-3
        mean = multiplied(layer, seen.mean.unsqueeze(0), layer.weight)[0] + layer.bias
    assert torch.allclose(mean, outputs.mean((0, 2, 3, 4)), atol=1e-5)
    assert torch.allclose(seen.largest, given.abs().amax((0, 2, 3, 4)))
    assert seen.count == outputs[:, 0].numel()


def test_a_clip_without_a_batch_is_seen_too() -> None:
    layer, given = nn.Conv3d(4, 6, 3), torch.randn(4, 5, 6, 7)
    with_batch, without = Seen.nothing(layer), Seen.nothing(layer)
    with_batch.take(layer, given.unsqueeze(0), 9)
    without.take(layer, given, 9)
    assert torch.equal(with_batch.sample, without.sample)


def test_dividing_channels_divides_all_that_was_seen_of_them() -> None:
    layer, given = nn.Conv2d(3, 2, 2), torch.randn(1, 3, 5, 5)
    factor = torch.tensor([1.0, 2.0, 4.0])
    divided, afresh = Seen.nothing(layer), Seen.nothing(layer)
    divided.take(layer, given, 9)
    divided.divide(factor)
    afresh.take(layer, given / factor.reshape(3, 1, 1), 9)
    assert torch.allclose(divided.sample, afresh.sample)
    assert torch.allclose(divided.mean, afresh.mean)
    assert torch.allclose(divided.largest, afresh.largest)
