"""Windows that were found, for a page: a frame of their middle, a link, or the reason why there is none."""

from __future__ import annotations

import os
import shutil
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from pytest_vidcompress.clips.crops.digest import digest
from pytest_vidcompress.search.index.index_file import Index, opened
from pytest_vidcompress.search.index.made_by import MadeBy
from pytest_vidcompress.search.index.rows import IndexedFile
from pytest_vidcompress.search.index.since_indexed import changed_since
from pytest_vidcompress.search.query import Query
from pytest_vidcompress.search.shown.found_videos import SIDE, found_videos, query_video
from pytest_vidcompress.search.shown.search_lines import Hit
from tests.clips.decode.footage import film, greys

MADE_BY = MadeBy("videomae", "videomae", "fp32", "torch", "1f2e3d4c5b6a7980", "8x4, 1x1 views", "mean", 4)
QUERY = Query("video", "query.mp4", MADE_BY)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Four seconds that grow lighter."""
    return film(tmp_path / "film.mp4", greys(range(0, 200, 5)))


def grey(address: str) -> float:
    """Of a picture."""
    kind, _, words = address.partition(",")
    assert kind == "data:image/jpeg;base64"
    with av.open(BytesIO(b64decode(words))) as opened_picture:
        (frame,) = opened_picture.decode(video=0)
    return float(np.median(frame.to_ndarray(format="gray")))


def test_the_picture_is_of_the_windows_middle(video: Path, tmp_path: Path) -> None:
    hits = [Hit(0.9, 0, 2, (str(video),)), Hit(0.8, 2, 4, (str(video),))]
    first, second = found_videos(hits, QUERY, tmp_path, lambda _: "")
    assert grey(first.picture) == pytest.approx(50, abs=8)
    assert grey(second.picture) == pytest.approx(150, abs=8)
    assert grey(query_video(video, tmp_path).picture) == pytest.approx(100, abs=8)
    assert (second.name, second.score, second.span) == ("film.mp4", "0.8000", "0:02.0 - 0:04.0")
    assert (second.address, second.fragment, second.plays) == ("film.mp4", "t=2.000,4.000", True)
    assert second.note == ""
    assert len(first.picture) < 4 * SIDE * SIDE


def test_of_copies_the_one_that_is_there_and_plays(video: Path, tmp_path: Path) -> None:
    paths = tuple(str(tmp_path / name) for name in ("changed.mp4", "copy.avi", "film.mp4"))
    shutil.copy(video, paths[1])
    reasons = {paths[0]: "changed since it was indexed"}
    (found,) = found_videos([Hit(1, 0, 4, paths)], QUERY, tmp_path, lambda path: reasons.get(path, ""))
    assert found.name == "film.mp4"
    changed = (f"{paths[0]} (changed since it was indexed)", "")
    assert found.copies == [changed, (paths[1], "copy.avi")]
    (found,) = found_videos([Hit(1, 0, 4, paths[1:2])], QUERY, tmp_path, lambda _: "")
    assert (found.plays, found.note) == (False, "Browsers do not play .avi files.")
    assert found.picture


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    (found,) = found_videos([Hit(1, 0, 4, ("/gone.mp4",))], QUERY, tmp_path, lambda _: "missing")
    assert (found.picture, found.address, found.note) == ("", "", "Missing.")
    (found,) = found_videos([Hit(1, 0, 4, ())], QUERY, tmp_path, lambda _: "")
    assert found.note == "No file with this content is in the index any more."
    (tmp_path / "words.mp4").write_text("no video")
    assert query_video(tmp_path / "words.mp4", tmp_path).note.startswith("No picture: not a video")


def indexed(index: Index, file: Path) -> None:
    status = file.stat()
    index.add_file(file.name, IndexedFile(digest(file), status.st_size, status.st_mtime_ns))


def test_a_file_is_held_to_what_was_indexed(video: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "index", to_write=True) as index:
        indexed(index, video)

        def changed(name: str = "film.mp4") -> str:
            return changed_since(index, tmp_path, name)

        assert changed() == ""
        os.utime(video, ns=(1, 1))
        assert changed() == ""  # the same content
        video.write_bytes(video.read_bytes() + b"x")
        assert changed() == "changed since it was indexed"
        video.unlink()
        assert changed() == "missing: moved or deleted since it was indexed"
        assert changed("other.mp4") == "not in the index any more"
