from __future__ import annotations

from itertools import islice

import pytest
import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Layout
from pytest_vidcompress.measure.by_clip.motion import motion, shown_clips


@pytest.mark.parametrize("layout", ["BTCHW", "BCTHW"])
def test_motion_is_the_mean_difference_of_successive_frames(layout: Layout) -> None:
    frames = torch.tensor([0.0, 1.0, 1.0, -1.0])  # differences of 1, 0 and 2
    pixels = frames[None, :, None, None, None].expand(1, 4, 3, 8, 8)
    shown = pixels if layout == "BTCHW" else pixels.transpose(1, 2)
    assert motion(shown, layout) == pytest.approx(1.0)


def test_a_single_frame_does_not_move() -> None:
    assert motion(torch.rand(1, 1, 3, 8, 8), "BTCHW") == 0


def test_shown_clips_are_the_first_with_their_labels_and_motions(clips: Clips) -> None:
    found = shown_clips(clips)
    assert found.ids == tuple(clip.id for clip in clips)
    assert found.labels == tuple((clip.label,) for clip in clips)
    views = [views[:1] for views, _ in islice(clips.batches(1), 2)]
    assert found.motions[:2] == tuple(motion(view, clips.profile.layout) for view in views)
    assert found.first(2).ids == found.ids[:2]
