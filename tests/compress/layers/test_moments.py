"""What layers are given, summed up: against the rows themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.layers.moments import Moments, by_group, moments_of
from pytest_vidcompress.compress.layers.product import Layer, product_of
from pytest_vidcompress.errors import VidcompressError
from tests.models.small import NO_CLIPS


class Given:
    """Clips of noise without files, two views each."""

    def __init__(self, *shape: int) -> None:
        generator = torch.Generator().manual_seed(0)
        self._clips = [torch.randn(2, *shape, generator=generator) for _ in range(3)]
        self.expected = len(self._clips)

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((views, torch.zeros(1, dtype=torch.long)) for views in self._clips)

    @property
    def all(self) -> torch.Tensor:
        return torch.cat(self._clips)


def seen(layer: Layer, given: Given) -> Moments:
    module = nn.Sequential(layer)
    (found,) = moments_of(module, [layer], cast(Clips, given), "this")
    return found


def test_of_a_linear_layer_rows_are_its_inputs() -> None:
    given = Given(5, 7)
    found = seen(nn.Linear(7, 3), given)
    rows = given.all.double().flatten(0, -2)
    assert found.count == len(rows) == 30
    assert torch.allclose(found.second[0], rows.T @ rows / 30)
    assert torch.allclose(found.mean[0], rows.mean(0))
    assert torch.allclose(found.covariance[0], rows.T.cov(correction=0))


CONVOLUTIONS = {
    "plain": (nn.Conv3d(2, 4, (2, 3, 3)), (2, 4, 6, 6)),
    "strided": (nn.Conv2d(4, 6, 3, stride=2, padding=1), (4, 7, 8)),
    "grouped": (nn.Conv2d(4, 6, 3, groups=2), (4, 7, 8)),
    "depthwise": (nn.Conv1d(3, 3, 2, groups=3), (3, 9)),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_of_a_convolution_rows_are_what_its_outputs_are_products_of(name: str) -> None:
    layer, shape = CONVOLUTIONS[name]
    given = Given(*shape)
    found = seen(layer, given)
    without_bias = product_of(layer)(given.all, layer.weight, None)
    assert found.count == without_bias[:, 0].numel()
    weight = by_group(layer, layer.weight.detach()).double()
    # The mean square of every output, by its own products and by the moments.
    expected = without_bias.detach().double().transpose(0, 1).flatten(1).square().mean(1)
    found_squares = torch.einsum("gor,grs,gos->go", weight, found.second, weight).flatten()
    assert torch.allclose(found_squares, expected, rtol=1e-4)
    means = torch.einsum("gor,gr->go", weight, found.mean).flatten()
    assert torch.allclose(means, without_bias.detach().double().transpose(0, 1).flatten(1).mean(1), atol=1e-5)


def test_without_clips_it_says_who_needs_them() -> None:
    layer = nn.Linear(2, 2)
    with pytest.raises(VidcompressError, match=r"^lowrank calibrates on clips that are not tested"):
        moments_of(nn.Sequential(layer), [layer], NO_CLIPS, "lowrank")


def test_a_layer_that_nobody_calls_is_refused_by_name() -> None:
    class Sly(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.unseen = nn.Linear(7, 3)

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return inputs @ self.unseen.weight.T

    module = Sly()
    with pytest.raises(VidcompressError, match=r"this: layer 'unseen' is never called .*: leave it out with"):
        moments_of(module, [module.unseen], cast(Clips, Given(5, 7)), "this")
