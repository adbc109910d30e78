from __future__ import annotations

from collections import Counter

import pytest

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.pocket.motions import MOTIONS
from pytest_vidcompress.clips.pocket.packaged import FOLDER, pocket
from pytest_vidcompress.clips.pocket.renderer import FRAMES, RATE

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the pocket clip set has not been written yet")


def test_the_packaged_set_is_whole_and_balanced() -> None:
    clips = pocket()
    assert clips.name == "pocket"
    assert clips.absent == 0
    assert clips.labels == tuple(sorted(MOTIONS))
    counts = Counter(clip.label for clip in clips.clips)
    assert len(set(counts.values())) == 1
    assert len(counts) == len(MOTIONS)


def test_the_packaged_set_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 5_000_000


def test_packaged_clips_decode() -> None:
    for clip in pocket().clips[::100]:
        decoded = decode(clip.path, lambda count, fps: [0, count - 1])
        assert (decoded.count, decoded.fps) == (FRAMES, RATE)
