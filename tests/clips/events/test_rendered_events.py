"""Clips of the set `events` to train on, drawn when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.drawn.by_seed import COUNT, FIRST_SEED
from pytest_vidcompress.clips.events import rendered_events
from pytest_vidcompress.clips.events.drawing import render
from pytest_vidcompress.clips.events.event_set import events
from pytest_vidcompress.clips.events.plan import LABELS, labels_of
from pytest_vidcompress.clips.events.rendered_events import RenderedEvent, RenderedEvents
from pytest_vidcompress.clips.label_targets import Targets
from pytest_vidcompress.clips.profile import CropSpec, Profile
from pytest_vidcompress.clips.training_clips import TrainingClips


def test_the_packaged_set_may_be_trained_on_what_nobody_tested() -> None:
    found = events()
    clips = found.training_clips
    assert len(clips) == COUNT
    assert clips[0].source == RenderedEvent(FIRST_SEED)
    packaged = {int(clip.id.removeprefix("events")) for clip in (*found.clips, *found.spare)}
    assert max(packaged) < 1000 < FIRST_SEED


def test_first_kinds_take_turns_and_a_clip_has_all_its_labels() -> None:
    clips = RenderedEvents()
    assert Counter(clip.label for clip in clips[5:45]) == dict.fromkeys(LABELS, 2)
    assert all(clip.labels == (*labels_of(FIRST_SEED + k),) for k, clip in enumerate(clips[:30]))
    assert clips[-1] == clips[COUNT - 1]
    with pytest.raises(IndexError):
        RenderedEvents(number=3)[3]


def test_pixels_are_made_of_the_frames_that_a_model_looks_at_and_of_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def drawn(seed: int, frames: Sequence[int]) -> np.ndarray:
        asked.extend(frames)
        return render(seed, frames)

    monkeypatch.setattr(rendered_events, "render", drawn)
    some = crops_of(RenderedEvent(7), CropSpec(frames=60, rate=1, size=32, chosen=(0, 10, 50)))
    assert asked == [0, 10, 50]
    every = crops_of(lambda: render(7), CropSpec(frames=60, rate=1, size=32))
    assert torch.equal(some, every[:, [0, 10, 50]])


def test_what_makes_them_says_itself_so_that_what_is_learned_of_them_is_found_again() -> None:
    targets = Targets({label: k for k, label in enumerate(LABELS)}, len(LABELS))
    digests = [
        TrainingClips(clips, targets, Profile(60, 1, 32)).digest
        for clips in (RenderedEvents(), RenderedEvents(first=9), RenderedEvents())
    ]
    assert digests[0] == digests[2] != digests[1]
