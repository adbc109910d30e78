"""How the packaged clips of the set `events` are written."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.events.drawing import render
from pytest_vidcompress.clips.events.event_files import KEYFRAMES, write_events
from pytest_vidcompress.clips.events.layer import SIZE
from pytest_vidcompress.clips.events.plan import FRAMES, RATE, labels_of
from pytest_vidcompress.clips.kinetics.read import read_kinetics

LIGHT = np.array([[0.299], [0.587], [0.114]])
"""Of red, green and blue (ITU-R BT.601)."""


def test_a_written_set_reads_back_as_the_clips_that_were_drawn(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_events(tmp_path, 4, lambda done, total: told.append((done, total)), first=40)
    found = read_kinetics(tmp_path, "events")
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (found.absent, found.several_labels) == (0, True)
    for seed, clip in enumerate(found.clips, 40):
        assert (clip.id, clip.labels) == (f"events{seed:05d}", (*labels_of(seed),))
        decoded = decode(clip.path, lambda count, fps: range(count))
        assert decoded.pixels.shape == (FRAMES, SIZE, SIZE, 3)
        assert decoded.fps == RATE
        colours, light = (errors(decoded.pixels, render(seed), weights) for weights in (np.eye(3), LIGHT))
        # What is drawn in another frame is below 33.5 dB, in its light; colours are halved both ways.
        assert light.mean() < 255**2 / 10**3.35
        assert light.max() < 255**2 / 10**3
        assert colours.mean() < 255**2 / 10**2


def errors(pixels: np.ndarray, drawn: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Squared differences of every frame, in the colours as these weights mix them."""
    return ((pixels.astype(float) @ weights - drawn @ weights) ** 2).mean(axis=(1, 2, 3))


def test_every_tenth_frame_decodes_by_itself(tmp_path: Path) -> None:
    write_events(tmp_path, 1)
    with av.open(str(next((tmp_path / "val").iterdir()))) as container:
        keys = [packet.pts for packet in container.demux(video=0) if packet.size and packet.is_keyframe]
    assert len(keys) == FRAMES // KEYFRAMES == 6


def test_the_same_clips_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_events(tmp_path / name, 1, first=3)
    first, second = (tmp_path / name / "val" / "events00003.mp4" for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
