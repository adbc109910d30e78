"""Files that threads read ahead: what they give, in which order, and what is left of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from threading import Barrier, active_count

import numpy as np
import numpy.typing as npt
import pytest
import torch

from pytest_vidcompress.clips.crops import prefetch
from pytest_vidcompress.clips.crops.digest import digest
from pytest_vidcompress.clips.crops.windows import PartJob, Span, Windows
from pytest_vidcompress.clips.faults import Undecodable
from pytest_vidcompress.clips.profile import CropSpec, Views
from pytest_vidcompress.search.index.read_ahead import Reader, ReadFile
from pytest_vidcompress.search.index.rows import IndexedFile
from pytest_vidcompress.search.index.streams import Streams
from tests.clips.crops.parts import parts_of
from tests.clips.crops.processes import children, gone, needs_proc
from tests.clips.decode.footage import film, greys, scene

SPEC = CropSpec(frames=4, rate=2, size=32, views=Views(1, 1))
JOB = PartJob(SPEC, Windows(2, 1), most_bytes=3 * SPEC.size_bytes)
Window = tuple[Span, npt.NDArray[np.uint8]]
Found = tuple[str, str, list[Window] | str]
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


def reader(
    folder: Path,
    known: set[str] | None = None,
    look: Callable[[Span, torch.Tensor], Window] = lambda span, crops: (span, crops.numpy().copy()),
) -> Reader[Window]:
    """Of two threads, which keep what they are shown."""
    return Reader(folder, JOB, known or set(), look, Streams(2, 1, SimpleQueue()))


def found(read: ReadFile[Window]) -> Found:
    try:
        content = read.now.digest
    except OSError as error:
        return read.path, "", str(error.strerror)
    try:
        return read.path, content, [*read.windows()]
    except Undecodable as error:
        return read.path, content, str(error)


def expected(file: Path) -> Found:
    windows = [each for part in parts_of(file, JOB) for each in zip(part.spans, part.crops, strict=True)]
    return file.name, digest(file), windows


def same(one: Found, other: Found) -> bool:
    if one[:2] != other[:2] or isinstance(one[2], str) or isinstance(other[2], str):
        return one == other
    return len(one[2]) == len(other[2]) and all(
        mine[0] == theirs[0] and np.array_equal(mine[1], theirs[1])
        for mine, theirs in zip(one[2], other[2], strict=True)
    )


@needs_proc
@pytest.mark.usefixtures("eager")
def test_processes_give_the_same_in_the_same_order(videos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, started = children(os.getpid()), set[int]()
    ahead = list[Found]()
    for read in reader(videos).read(PATHS, unknown):
        ahead.append(found(read))
        started |= set(children(os.getpid())) - set(before)
    assert len(started) == 2
    assert gone([*started], patience_s=0.1)
    monkeypatch.setattr(prefetch, "_cores", lambda: 1)
    here = [found(read) for read in reader(videos).read(PATHS, unknown)]
    assert children(os.getpid()) == before
    assert [each[0] for each in ahead] == PATHS
    assert all(same(one, other) for one, other in zip(ahead, here, strict=True))
    assert all(same(here[place], expected(videos / PATHS[place])) for place in (0, 1, 9))
    assert len(here[0][2]) > JOB.most_bytes // SPEC.size_bytes  # several parts
    assert here[5][2] == "No such file or directory"
    assert "not a video" in here[4][2]


def test_parts_of_a_long_video_are_looked_at_side_by_side(videos: Path) -> None:
    met = Barrier(2, timeout=60)
    first = Windows(2, 1).spans(100, 10)[:3]

    def look(span: Span, crops: torch.Tensor) -> Window:
        if span not in first:
            met.wait()  # for good, if it is the only one
        return span, crops.numpy()

    film(videos / "long.mp4", scene(100))
    expects = expected(videos / "long.mp4")
    assert len(expects[2]) == 9
    seen = [found(read) for read in reader(videos, look=look).read(["long.mp4"], unknown)]
    assert same(seen[0], expects)


def test_what_is_known_is_neither_decoded_nor_read_again(videos: Path) -> None:
    status = (videos / "09.mp4").stat()
    known = IndexedFile("as it was", status.st_size, status.st_mtime_ns)
    reads = reader(videos, {digest(videos / "03.mp4"), "as it was"})
    for read in reads.read(PATHS, lambda path: known if path == "09.mp4" else None):
        if read.path == "03.mp4":
            assert read.begun
            begun = read.begun.result()
            assert (begun.digest, begun.first) == (digest(videos / "03.mp4"), None)
        if read.path == "09.mp4":
            assert read.begun is None
            assert read.now == known


@needs_proc
@pytest.mark.usefixtures("eager")
def test_who_stops_early_leaves_no_thread_and_no_process(videos: Path) -> None:
    before, threads = children(os.getpid()), active_count()
    with closing(reader(videos).read(PATHS, unknown)) as files:
        for read in files:
            found(read)
            if read.path == "03.mp4":
                break
        started = set(children(os.getpid())) - set(before)
        assert started
        assert active_count() > threads
    assert gone([*started], patience_s=0.1)
    assert active_count() == threads


@needs_proc
@pytest.mark.usefixtures("eager")
def test_a_process_that_is_killed_is_another_ones_work(videos: Path) -> None:
    before, seen = children(os.getpid()), list[Found]()
    for read in reader(videos).read(PATHS, unknown):
        seen.append(found(read))
        if read.path == "06.mp4":
            for pid in set(children(os.getpid())) - set(before):
                os.kill(pid, 9)
    assert same(seen[9], expected(videos / "09.mp4"))
    assert not isinstance(seen[11][2], str)


def test_what_looking_raises_arrives(videos: Path) -> None:
    def look(span: Span, crops: torch.Tensor) -> Window:
        raise LookupError(span)

    with closing(reader(videos, look=look).read(["00.mp4"], unknown)) as files, pytest.raises(LookupError):
        found(next(files))
