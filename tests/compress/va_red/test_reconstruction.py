from __future__ import annotations

import pytest
import torch

from pytest_vidcompress.compress.va_red.decisions import by_axis
from pytest_vidcompress.compress.va_red.reconstruction import ChannelReconstruction, FrameReconstruction

WHOLE = torch.randn(2, 7, 5, 4, 4, generator=torch.Generator().manual_seed(0))


def channels() -> ChannelReconstruction:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return ChannelReconstruction((7, 4, 2), kernel=3)


def frames() -> FrameReconstruction:
    made = FrameReconstruction((1, 2, 4), 7)
    with torch.no_grad():
        for ways in made.ways:
            ways.add_(torch.linspace(-0.1, 0.1, 7))
    return made


def test_what_is_computed_stays_and_what_lacks_is_made_of_it() -> None:
    made = channels()
    for option, width in enumerate((7, 4, 2)):
        given = made(WHOLE[:, :width], option)
        assert given.shape == WHOLE.shape
        assert torch.equal(given[:, :width], WHOLE[:, :width])
        # Linear but for a constant, and frame by frame.
        shifted = made(WHOLE[:, :width].flip(2), option)
        torch.testing.assert_close(shifted, given.flip(2))


def test_channels_that_others_tell_are_found_again() -> None:
    known = WHOLE[:, :2]
    half = torch.cat((known, 2 * known - 1), 1)
    whole = torch.cat((half, -0.5 * half[:, :3]), 1)
    made = channels()
    made.start(whole)
    # A ridge of a thousandth is in it.
    torch.testing.assert_close(made(known, 2), whole, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("total", [1, 2, 5, 8])
@pytest.mark.parametrize("option", [1, 2])
def test_frames_in_place_are_those_that_gradients_go_through(option: int, total: int) -> None:
    made, stride = frames(), (1, 2, 4)[option]
    clip = torch.randn(2, 7, total, 3, 3, generator=torch.Generator().manual_seed(1))[:, :, ::stride]
    learned = made(clip, option, total)
    for layout in (torch.contiguous_format, torch.channels_last_3d):
        with torch.no_grad():
            assert torch.equal(made(clip.contiguous(memory_format=layout), option, total), learned)
    assert learned.shape[2] == total
    assert torch.equal(learned[:, :, ::stride], clip)


def test_a_clip_that_changes_evenly_is_made_whole() -> None:
    even = torch.arange(5.0).reshape(1, 1, 5, 1, 1).expand(1, 7, 5, 2, 2)
    made = FrameReconstruction((1, 2, 4), 7)
    for option, stride in ((1, 2), (2, 4)):
        torch.testing.assert_close(made(even[:, :, ::stride], option, 5), even)


@pytest.mark.parametrize("taken", [(0, 1, 2), (0, 2), (1, 2), (1,)])
def test_a_mixture_is_the_weighted_sum_of_its_options(taken: tuple[int, ...]) -> None:
    drawn = torch.rand(2, 6, generator=torch.Generator().manual_seed(2)).unflatten(1, (2, 3))
    drawn = drawn * torch.tensor([option in taken for option in range(3)])
    ratios, strides = by_axis((drawn / drawn.sum(-1, keepdim=True)).flatten(1))
    made, widths = channels(), (7, 4, 2)
    mixed = made.mixed(WHOLE[:, : widths[taken[0]]], taken, ratios)
    torch.testing.assert_close(
        mixed, sum(ratios[:, option] * made(WHOLE[:, : widths[option]], option) for option in taken)
    )
    between, steps = frames(), (1, 2, 4)
    mixed = between.mixed(WHOLE[:, :, :: steps[taken[0]]], taken, strides, 5)
    torch.testing.assert_close(
        mixed, sum(strides[:, option] * between(WHOLE[:, :, :: steps[option]], option, 5) for option in taken)
    )
