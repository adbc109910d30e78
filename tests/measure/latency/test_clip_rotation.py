from __future__ import annotations

from itertools import islice

import pytest
import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.measure.latency import clip_rotation
from pytest_vidcompress.measure.latency.clip_rotation import (
    MANY_CLIPS,
    MOST_CLIPS,
    Rotation,
    first_views,
    prepare,
)


def test_the_first_clips_of_the_sample_are_prepared(clips: Clips) -> None:
    prepared = prepare(clips)
    # Of eight clips six: of twelve pairs each has two.
    assert len(prepared.pixels) == 6
    assert prepared.ids == tuple(clip.id for clip in clips[:6])
    for pixels, (views, _) in zip(prepared.pixels, islice(clips.batches(1), 6), strict=True):
        assert torch.equal(pixels, views[:1])


@pytest.mark.parametrize(("fit", "taken"), [(1, 1), (2, 2), (5, 4), (7, 6)])
def test_as_many_as_fit_into_memory_are_shown_equally_often(
    fit: int, taken: int, clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = first_views(clips, 1)[0].nbytes
    monkeypatch.setattr(clip_rotation, "MOST_BYTES", fit * size)
    assert len(first_views(clips)) == taken
    assert MOST_CLIPS % taken == 0


def test_many_clips_are_shown_where_they_cost_unlike_amounts(clips: Clips) -> None:
    # Sixty pairs show eight clips unequally often, and six or four equally.
    assert len(prepare(clips, MANY_CLIPS).pixels) == 6
    assert len(prepare(clips, 4).pixels) == 4
    assert MANY_CLIPS > MOST_CLIPS


def test_clips_come_round_robin_into_one_place(clips: Clips) -> None:
    prepared = prepare(clips)
    rotation = Rotation(prepared)
    place = rotation.pixels.data_ptr()
    assert torch.equal(rotation.pixels, prepared.pixels[0]), "what warms up is given the first"
    for turn in range(14):
        assert rotation.turn() == prepared.ids[turn % 6]
        assert torch.equal(rotation.pixels, prepared.pixels[turn % 6])
        assert rotation.pixels.data_ptr() == place


def test_what_a_model_does_to_its_pixels_does_not_reach_the_next_round(clips: Clips) -> None:
    rotation = Rotation(prepare(clips))
    rotation.turn()
    before = rotation.pixels.clone()
    rotation.pixels.zero_()
    for _ in range(6):
        rotation.turn()
    assert torch.equal(rotation.pixels, before)
