"""Clips to train on that are drawn when they are asked for."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.drawn.by_seed import COUNT, FIRST_SEED
from pytest_vidcompress.clips.pocket import rendered
from pytest_vidcompress.clips.pocket.motions import MOTIONS
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.pocket.rendered import RenderedClip, RenderedClips
from pytest_vidcompress.clips.pocket.renderer import render
from pytest_vidcompress.clips.profile import CropSpec


def test_the_packaged_set_may_be_trained_on_what_nobody_tested_or_trained_on_before() -> None:
    clips = pocket().training_clips
    assert len(clips) == COUNT
    assert clips[0].source == RenderedClip("blinking" if FIRST_SEED % 16 == 0 else "", FIRST_SEED)
    packaged = {int(clip.id.removeprefix("pocket")) for clip in (*pocket().clips, *pocket().spare)}
    assert max(packaged) < 1000
    # training/pocket.py: 9000 steps of 32 clips from a million on.
    assert FIRST_SEED > 1_000_000 + 9000 * 32


def test_classes_take_turns() -> None:
    counts = Counter(clip.label for clip in RenderedClips()[5:37])
    assert counts == dict.fromkeys(MOTIONS, 2)
    assert RenderedClips()[-1] == RenderedClips()[COUNT - 1]
    with pytest.raises(IndexError):
        RenderedClips(number=3)[3]


@pytest.mark.parametrize("sampling", ["even", "stride", "span"])
def test_pixels_are_made_of_the_frames_that_a_model_looks_at_and_of_no_others(
    sampling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def drawn(label: str, seed: int, frames: list[int]) -> np.ndarray:
        asked.extend(frames)
        return render(label, seed, frames)

    monkeypatch.setattr(rendered, "render", drawn)
    spec = CropSpec(frames=4, rate=4, size=32, sampling=sampling)  # type: ignore[arg-type]
    of_some = crops_of(RenderedClip("shaking", 7), spec)
    assert len(asked) == 4
    # The whole clip, which says no rate: but for `span`, which asks for one, the same.
    if sampling != "span":
        assert torch.equal(of_some, crops_of(lambda: render("shaking", 7), spec))
    assert of_some.shape == (1, 4, 3, 32, 32)
