"""What happens in the clips of the set `events`."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pytest_vidcompress.clips.events.plan import FRAMES, LABELS, Event, labels_of, plan


def seen(event: Event, frames: range) -> bool:
    return any(event.start <= frame < event.start + event.length for frame in frames)


def share_seen(frames: range) -> float:
    """Of the pairs of a clip and a label, those with a frame that shows them."""
    events = [event for seed in range(600) for event in plan(seed)]
    return sum(seen(event, frames) for event in events) / len(events)


def test_six_looks_in_equal_steps_nearly_always_find_what_happens_and_the_first_six_frames_do_not() -> None:
    assert 0.985 <= share_seen(range(0, FRAMES, 10)) < 1
    assert share_seen(range(6)) < 0.5


def test_one_to_four_things_of_different_kinds_happen_and_the_first_kinds_take_turns() -> None:
    numbers = Counter(len(plan(seed)) for seed in range(400))
    assert sorted(numbers) == [1, 2, 3, 4]
    assert min(numbers.values()) > 60
    assert all(len({*labels_of(seed)}) == len(labels_of(seed)) for seed in range(400))
    assert Counter(labels_of(seed)[0] for seed in range(400)) == dict.fromkeys(LABELS, 20)
    assert len(LABELS) == 20


def test_events_lie_in_the_clip_and_most_are_there_through_much_of_it() -> None:
    events = [event for seed in range(300) for event in plan(seed)]
    assert all(0 <= event.start <= FRAMES - event.length for event in events)
    long = sum(24 <= event.length <= 56 for event in events) / len(events)
    assert 0.95 < long < 1
    assert 0.6 < sum(event.length for event in events) / len(events) / FRAMES < 0.7


def test_an_event_covers_nothing_before_and_after_it_and_more_or_less_in_it() -> None:
    strengths = Event("ball", 20, 15, 0.5, 9.0, 0.0).strength_at(np.arange(FRAMES))
    assert (np.flatnonzero(strengths) == np.arange(20, 35)).all()
    assert 0.4 <= strengths[20:35].min() < 0.43 < 0.48 < strengths.max() <= 0.5
