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


def test_a_report_says_the_mean_and_how_far_the_clips_lie_apart() -> None:
    moving = range(1, 11)
    cost = weigh(Subject.of(Still().eval()), clip(10), lambda: [clip(each) for each in moving])
    assert cost.macs_by_clip == tuple(each * WIDTH * 5 for each in moving)
    assert cost.macs == round(5.5 * WIDTH * 5)
    (note,) = cost.notes
    assert (
        note
        == "MACs depend on the clip: 2.4e-07 to 2.16e-06 G (p10 to p90) of 10 clips, 1.32e-06 G in the mean"
    )


def test_a_steady_model_has_one_number_and_no_note() -> None:
    cost = weigh(Subject.of(Steady().eval()), clip(10), lambda: [clip(1)])
    assert (cost.macs, cost.macs_by_clip, cost.notes) == (10 * WIDTH * 5, (), ())


def test_a_model_that_fails_on_a_grey_clip_keeps_what_was_counted() -> None:
    class Picky(Steady):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            if not pixels.any():
                raise ValueError("nothing to see")
            return super().forward(pixels)

    cost = weigh(Subject.of(Picky().eval()), clip(10), list)
    assert (cost.macs, cost.macs_by_clip) == (10 * WIDTH * 5, ())
    assert "MACs of other clips not known: nothing to see" in cost.notes
