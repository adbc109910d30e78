"""Memory and file handles stay level over thousands of files, good and bad."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from pytest_vidcompress.clips.decode.decode import Undecodable, decode
from tests.clips.decode.corpus import BAD, GOOD
from tests.clips.decode.opens import OPENS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

MIXED = {
    "b-frames.mp4", "no count.mkv", "edit list.mp4", "rotated.mp4", "latin-1.avi",
    "half, index first.mp4", "half.mkv", "flipped bits.mp4", "blank.mp4", "page.mp4", "sound.mp4", "half.avi",
}  # fmt: skip


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    cases = [case for case in (*GOOD, *BAD) if case.name in MIXED]
    assert {case.name for case in cases} == MIXED
    for case in cases:
        case.make(tmp_path / case.name)
    return tmp_path


@pytest.mark.slow
def test_memory_is_level_over_thousands_of_opens(mixed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.clips.decode.opens", str(mixed)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    warm, end = map(int, done.stdout.split())
    # A leak of one container, packet list or converter is tens of kilobytes an open at least.
    assert end - warm < OPENS * 2_000


def test_no_file_stays_open(mixed: Path) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    for path in mixed.iterdir():
        with suppress(Undecodable):
            decode(path, lambda count, fps: [count - 1])
    assert len([*Path("/proc/self/fd").iterdir()]) == before
