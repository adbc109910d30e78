"""Files that workers read ahead: what they give, in which order, and what is left of them."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.clips.crops import prefetch
from pytest_vidcompress.clips.crops.digest import digest
from pytest_vidcompress.clips.crops.windows import Part, PartJob, Windows, parts_of
from pytest_vidcompress.clips.faults import Undecodable
from pytest_vidcompress.clips.profile import CropSpec, Views
from pytest_vidcompress.search.index.index_file import IndexedFile
from pytest_vidcompress.search.index.read_ahead import Reader, ReadFile
from tests.clips.crops.processes import children, gone, needs_proc
from tests.clips.decode.footage import film, greys, scene

SPEC = CropSpec(frames=4, rate=2, size=32, views=Views(1, 1))
JOB = PartJob(SPEC, Windows(2, 1), most_bytes=3 * SPEC.size_bytes)
Found = tuple[str, str, list[Part] | str]
"""Path, digest, and the windows or why there are none."""


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """Long and short ones in turns, copies, and what is none."""
    folder = tmp_path / "videos"
    folder.mkdir()
    for place in range(12):
        film(
            folder / f"{place:02}.mp4",
            scene(80 + place) if place % 3 == 0 else greys([place * 9, 40, 60], noise=9),
        )
    (folder / "04.mp4").write_text("<html>")
    (folder / "05.mp4").unlink()
    shutil.copy(folder / "06.mp4", folder / "07.mp4")
    return folder


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers after the first video, however little there is to decode."""
    monkeypatch.setattr(prefetch, "_PILOT", 1)
    monkeypatch.setattr(prefetch, "_WORTH_S", 0.0)
    monkeypatch.setattr(prefetch, "_cores", lambda: 2)


PATHS = [f"{place:02}.mp4" for place in range(12)]


def unknown(path: str) -> None:
    """What an empty index knows."""


def found(read: ReadFile) -> Found:
    try:
        content = read.now.digest
    except OSError as error:
        return read.path, "", str(error.strerror)
    try:
        return read.path, content, [*read.parts()]
    except Undecodable as error:
        return read.path, content, str(error)


def same(one: Found, other: Found) -> bool:
    if one[:2] != other[:2] or isinstance(one[2], str) or isinstance(other[2], str):
        return one == other
    return len(one[2]) == len(other[2]) and all(
        (mine.begin, mine.total, mine.spans) == (theirs.begin, theirs.total, theirs.spans)
        and np.array_equal(mine.crops, theirs.crops)
        for mine, theirs in zip(one[2], other[2], strict=True)
    )


@needs_proc
@pytest.mark.usefixtures("eager")
def test_workers_give_the_same_in_the_same_order(videos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, started = children(os.getpid()), set[int]()
    ahead = list[Found]()
    for read in Reader(videos, JOB, set()).read(PATHS, unknown):
        ahead.append(found(read))
        started |= set(children(os.getpid())) - set(before)
    assert len(started) == 2
    assert gone([*started], patience_s=0.1)
    monkeypatch.setattr(prefetch, "_cores", lambda: 1)
    here = [found(read) for read in Reader(videos, JOB, set()).read(PATHS, unknown)]
    assert children(os.getpid()) == before
    assert [each[0] for each in ahead] == PATHS
    assert all(same(one, other) for one, other in zip(ahead, here, strict=True))
    assert [len(each[2]) for each in here if not isinstance(each[2], str)][:2] == [3, 1]
    assert here[5][2] == "No such file or directory"
    assert "not a video" in here[4][2]


@needs_proc
@pytest.mark.usefixtures("eager")
def test_what_is_known_is_neither_decoded_nor_read_again(videos: Path) -> None:
    status = (videos / "09.mp4").stat()
    known = IndexedFile("as it was", status.st_size, status.st_mtime_ns)
    reader = Reader(videos, JOB, {digest(videos / "03.mp4"), "as it was"})
    for read in reader.read(PATHS, lambda path: known if path == "09.mp4" else None):
        if read.path == "00.mp4":
            assert read.begun is None  # before there were workers
            found(read)
        if read.path == "03.mp4":
            assert read.begun
            assert read.begun.result() == (digest(videos / "03.mp4"), None)
        if read.path == "09.mp4":
            assert read.begun is None
            assert read.now == known


@needs_proc
@pytest.mark.usefixtures("eager")
def test_who_stops_early_leaves_no_worker(videos: Path) -> None:
    before = children(os.getpid())
    with closing(Reader(videos, JOB, set()).read(PATHS, unknown)) as files:
        for read in files:
            found(read)
            if read.path == "03.mp4":
                break
        started = set(children(os.getpid())) - set(before)
        assert started
    assert gone([*started], patience_s=0.1)


@needs_proc
@pytest.mark.usefixtures("eager")
def test_a_worker_that_is_killed_is_another_ones_work(videos: Path) -> None:
    before, seen = children(os.getpid()), list[Found]()
    for read in Reader(videos, JOB, set()).read(PATHS, unknown):
        seen.append(found(read))
        if read.path == "06.mp4":
            for pid in set(children(os.getpid())) - set(before):
                os.kill(pid, 9)
    expected = [*parts_of(videos / "09.mp4", JOB)]
    assert same(seen[9], ("09.mp4", digest(videos / "09.mp4"), expected))
    assert not isinstance(seen[11][2], str)
