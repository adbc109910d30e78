from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import conv3d

from pytest_vidcompress.compress.va_red.planar_convolution import (
    Extents,
    PlanarConvolution,
    convolved,
    in_planes,
)
from pytest_vidcompress.measure.cost.macs import work


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [
        ((1, 3, 3), (1, 1, 1), (0, 1, 1)),
        ((1, 3, 3), (1, 2, 2), (0, 1, 1)),
        ((1, 3, 2), (2, 2, 1), (0, 1, 0)),
        ((3, 1, 1), (1, 1, 1), (1, 0, 0)),
        ((3, 1, 1), (2, 1, 1), (1, 0, 0)),
        ((3, 1, 1), (4, 1, 1), (0, 0, 0)),
        ((3, 1, 1), (1, 2, 2), (1, 0, 0)),
        ((1, 1, 1), (2, 2, 2), (0, 0, 0)),
        ((1, 1, 1), (1, 1, 1), (1, 0, 0)),
        ((3, 3, 3), (1, 2, 2), (1, 1, 1)),
    ],
)
def test_it_is_what_a_convolution_of_clips_gives(
    kernel: Extents, stride: Extents, padding: Extents, biased: bool, last: bool
) -> None:
    torch.manual_seed(0)
    layout = torch.channels_last_3d if last else torch.contiguous_format
    weight, bias = torch.randn(5, 3, *kernel), torch.randn(5) if biased else None
    # Every other frame of a longer clip: as it is where frames are skipped.
    clip = torch.randn(2, 3, 14, 6, 5).contiguous(memory_format=layout)[:, :, ::2]
    expected = conv3d(clip, weight, bias, stride, padding)
    torch.testing.assert_close(convolved(clip, weight, bias, stride, padding), expected, rtol=1e-4, atol=1e-4)


def test_only_what_it_can_be_becomes_one_and_it_counts_alike() -> None:
    module = nn.Sequential(
        nn.Conv3d(4, 8, (1, 3, 3), padding=(0, 1, 1)),
        nn.Conv3d(8, 8, 3, padding=1, groups=8),
        nn.Conv3d(8, 8, (3, 1, 1), dilation=(2, 1, 1), padding=(2, 0, 0)),
        nn.Conv3d(8, 8, (3, 1, 1), padding=(1, 0, 0), padding_mode="replicate"),
        nn.Conv3d(8, 8, (3, 1, 1), padding="same"),
    ).eval()
    clip = torch.randn(1, 4, 6, 5, 5).contiguous(memory_format=torch.channels_last_3d)
    before, macs, names = module(clip), work(module, clip).total, [*module.state_dict()]
    planar = in_planes(module)
    assert [type(part) is PlanarConvolution for part in planar.children()] == [True, *[False] * 4]
    torch.testing.assert_close(planar(clip), before, rtol=1e-4, atol=1e-4)
    assert work(planar, clip).total == macs
    assert [*planar.state_dict()] == names
