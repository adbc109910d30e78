from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.cost.clip_macs import macs_by_clip
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.measure.cost.weigh import weigh
from pytest_vidcompress.measure.subject import Subject

WIDTH = 3 * 4 * 4


class Still(nn.Module):
    """Computes a frame only where it differs from the one before: what it does depends on the clip."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.layer = nn.Linear(WIDTH, 5)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        frames = pixels[0].flatten(1)
        moves = torch.cat([torch.ones(1, dtype=torch.bool), (frames[1:] != frames[:-1]).any(1)])
        return self.layer(frames[moves]).mean(0, keepdim=True)


class Steady(nn.Module):
    """Computes the same for every clip."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.layer = nn.Linear(WIDTH, 5)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return self.layer(pixels[0].flatten(1)).mean(0, keepdim=True)


def clip(moving: int, frames: int = 10) -> torch.Tensor:
    """Frames of which so many differ from the one before, the first one counted."""
    shown = torch.arange(frames).clamp(max=moving - 1) + 1.0
    return shown[None, :, None, None, None].expand(1, frames, 3, 4, 4).clone()


def test_the_work_of_a_model_that_skips_frames_is_counted_clip_by_clip() -> None:
    clips = [clip(moving) for moving in (10, 4, 7)]
    found = macs_by_clip(Still().eval(), clips[0], work(Still().eval(), clips[0]), lambda: clips)
    assert found == tuple(moving * WIDTH * 5 for moving in (10, 4, 7))


def test_what_is_the_same_for_every_clip_is_counted_once_more_and_no_clip_is_asked_for() -> None:
    model = Steady().eval()
    counted = work(model, clip(10))
    before = model.calls

    def none() -> list[torch.Tensor]:
        pytest.fail("no clip is needed")

    assert macs_by_clip(model, clip(10), counted, none) == ()
    assert model.calls == before + 1


def test_a_report_says_the_mean_and_what_each_clip_costs() -> None:
    moving = range(1, 11)
    cost = weigh(Subject.of(Still().eval()), clip(10), lambda: [clip(each) for each in moving])
    assert cost.macs_by_clip == tuple(each * WIDTH * 5 for each in moving)
    assert cost.macs == round(5.5 * WIDTH * 5)
    assert cost.macs_of_clips is not None
    assert cost.macs_of_clips.p90 == 9 * WIDTH * 5
    assert len(cost.weights) == 16


def test_a_steady_model_has_one_number_and_no_note() -> None:
    cost = weigh(Subject.of(Steady().eval()), clip(10), lambda: [clip(1)])
    assert (cost.macs, cost.macs_by_clip, cost.weights, cost.notes) == (10 * WIDTH * 5, (), "", ())


def test_what_says_so_is_counted_though_a_grey_clip_costs_what_the_first_does() -> None:
    class Says(Still):
        shapes_depend_on_clip = True

    clips = [clip(1), clip(3)]
    for kind, found in ((Still, ()), (Says, (WIDTH * 5, 3 * WIDTH * 5))):
        model = kind().eval()
        assert macs_by_clip(model, clips[0], work(model, clips[0]), lambda: clips) == found


def test_a_clip_that_cannot_be_counted_leaves_no_mean_of_the_others() -> None:
    class Wild(Still):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            if (pixels[0, 0] == pixels[0, 1]).all():
                torch.histc(pixels)
                return torch.zeros(1, 5)
            return super().forward(pixels)

    cost = weigh(Subject.of(Wild().eval()), clip(10), lambda: [clip(10), clip(1)])
    assert (cost.macs, cost.macs_by_clip) == (None, ())
    assert "MACs are not known: they depend on the clip, and those of some cannot be counted" in cost.notes


def test_a_model_that_fails_on_a_grey_clip_keeps_what_was_counted() -> None:
    class Picky(Steady):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            if not pixels.any():
                raise ValueError("nothing to see")
            return super().forward(pixels)

    cost = weigh(Subject.of(Picky().eval()), clip(10), list)
    assert (cost.macs, cost.macs_by_clip) == (10 * WIDTH * 5, ())
    assert "MACs of other clips not known: nothing to see" in cost.notes
