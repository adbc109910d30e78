from __future__ import annotations

from pathlib import Path

import numpy as np

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.drawn.encode import write_video
from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.clips.pocket.encoder import write_pocket
from pytest_vidcompress.clips.pocket.motions import MOTIONS
from pytest_vidcompress.clips.pocket.renderer import FRAMES, RATE, SIZE, render


def test_a_written_set_reads_back_as_the_clips_that_were_drawn(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_pocket(tmp_path, 1, lambda done, total: seen.append((done, total)))
    clips = read_kinetics(tmp_path, "pocket")
    assert seen[-1] == (len(MOTIONS), len(MOTIONS))
    assert clips.absent == 0
    assert clips.labels == tuple(sorted(MOTIONS))
    for clip in clips.clips[:4]:
        assert len(clip.id) == 11
        decoded = decode(clip.path, lambda count, fps: range(count))
        drawn = render(clip.label, int(clip.id.removeprefix("pocket")))
        assert decoded.pixels.shape == (FRAMES, SIZE, SIZE, 3)
        assert decoded.fps == RATE
        error = ((decoded.pixels.astype(float) - drawn) ** 2).mean(axis=(1, 2, 3))
        # 30 dB in every frame: the right frame in the right place.
        assert error.max() < 255**2 / 10**3


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (FRAMES, SIZE, SIZE, 3), dtype=np.uint8)
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, frames, 21, RATE)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert b"x264" not in (tmp_path / "a.mp4").read_bytes()
