from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.models.convolutions.residual_blocks import Head, WindowPool
from tests.models.convolutions.small import NAMES, SIZE, logits, network, noise


@pytest.mark.parametrize("name", NAMES)
def test_any_number_of_frames_and_any_size_is_answered(name: str) -> None:
    module = network(name)
    for frames, size in ((2, SIZE), (7, SIZE), (4, 2 * SIZE)):
        clip = torch.randn(2, 3, frames, size, size, generator=torch.Generator().manual_seed(0))
        assert logits(module, clip).shape == (2, 3)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_frames_counts(name: str) -> None:
    module, clip = network(name), noise(2)
    assert not torch.allclose(logits(module, clip), logits(module, clip.flip(2)), atol=1e-3)


def test_a_head_answers_with_the_mean_of_the_answers_of_all_windows() -> None:
    pool = WindowPool((2, 3, 3))
    head, clip = Head(pool, 5, 4).eval(), torch.randn(2, 5, 2, 4, 5)
    places = pool(clip).movedim(1, -1)
    assert places.shape == (2, 1, 2, 3, 5)
    with torch.no_grad():
        torch.testing.assert_close(head(clip), head.proj(places).mean((1, 2, 3)))


def test_of_a_map_that_is_smaller_than_the_window_all_counts() -> None:
    clip = torch.randn(1, 3, 2, 2, 2)
    torch.testing.assert_close(WindowPool((4, 7, 7))(clip), nn.AdaptiveAvgPool3d(1)(clip))
