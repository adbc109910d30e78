"""The clip set `events` as it comes with the plugin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_vidcompress.clips.decode import needed_packets
from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.events.event_set import FOLDER, SPARE, events
from pytest_vidcompress.clips.events.plan import FRAMES, LABELS, RATE, labels_of


def test_the_packaged_set_is_whole_and_its_first_labels_are_balanced() -> None:
    found = events()
    assert (found.name, found.absent, found.several_labels) == ("events", 0, True)
    assert (found.labels, len(found.clips), len(found.spare)) == (LABELS, 400, 60)
    for clips, each in ((found.clips, 20), (found.spare, 3)):
        assert Counter(clip.label for clip in clips) == dict.fromkeys(LABELS, each)
    for clip in (*found.clips, *found.spare):
        assert clip.labels == (*labels_of(int(clip.id.removeprefix("events"))),)


def test_the_packaged_set_is_small() -> None:
    files = [path for folder in (FOLDER, SPARE) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 3_000_000


def test_packaged_clips_decode() -> None:
    for clip in events().clips[::100]:
        decoded = decode(clip.path, lambda count, fps: [0, count - 1])
        assert (decoded.count, decoded.fps) == (FRAMES, RATE)


def test_six_looks_at_a_clip_decode_six_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[object] = []
    decode_group: Any = vars(needed_packets)["_decode"]

    def spy(*given: Any) -> Iterator[object]:
        for frame in decode_group(*given):
            decoded.append(frame)
            yield frame

    monkeypatch.setattr(needed_packets, "_decode", spy)
    found = decode(events().clips[3].path, lambda count, fps: range(0, FRAMES, 10))
    assert (len(found.pixels), len(decoded)) == (6, 6)
