"""The file of an index: all of what was committed or nothing, and a clear line for what is wrong with it."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.search.index.index_file import Index, opened
from pytest_vidcompress.search.index.made_by import MadeBy
from pytest_vidcompress.search.index.rows import IndexedFile, StoredWindow
from pytest_vidcompress.search.vector_formats import FORMATS
from tests.forked import said, script, started

WIDTH = 64
MADE_BY = MadeBy("videomae", "videomae", "fp32", "torch", "1f2e3d4c5b6a7980", "8x4, 1x1 views", "mean", WIDTH)


def vector(number: int) -> np.ndarray:
    made = np.random.default_rng(number).standard_normal(WIDTH).astype(np.float32)
    return made / np.linalg.norm(made)


def add(index: Index, number: int, windows: int = 3) -> None:
    stored = [
        StoredWindow(k, k + 2.0, FORMATS["fp32"].pack(vector(100 * number + k))) for k in range(windows)
    ]
    index.add_video(f"digest {number}", stored)
    index.add_file(f"{number}.mp4", IndexedFile(f"digest {number}", number, number))


def made(path: Path, videos: int) -> Path:
    with opened(path, to_write=True) as index:
        index.describe(MADE_BY, path.parent)
        for number in range(videos):
            add(index, number)
    return path


def test_what_was_added_is_found_in_order(tmp_path: Path) -> None:
    path = made(tmp_path / "index", 3)
    with opened(path, to_write=True) as index:
        assert not index.is_new
        add(index, 1)  # a second time
        index.add_file("copy.mp4", IndexedFile("digest 2", 2, 2))
        index.add_video("digest of none", (), "empty")
        index.add_file("\udcff.mp4", IndexedFile("digest of none", 0, 0))
    with opened(path) as index:
        found = index.gallery()
        assert index.made_by == MADE_BY
        assert index.folder == tmp_path
        assert index.reason("digest of none") == "empty"
        assert index.reason("digest 0") == ""
        assert index.reason("digest 7") is None
        assert index.file("\udcff.mp4") == IndexedFile("digest of none", 0, 0)
        assert index.count() == (4, 9)
    assert found.windows == [(f"digest {n}", k, k + 2) for n in range(3) for k in range(3)]
    assert np.array_equal(found.vectors[4], vector(101))
    assert found.files["digest 2"] == ["2.mp4", "copy.mp4"]


def test_what_has_no_file_any_more_is_forgotten(tmp_path: Path) -> None:
    path = made(tmp_path / "index", 3)
    with opened(path, to_write=True) as index:
        assert index.keep_files(["0.mp4", "2.mp4"]) == 1
    with opened(path) as index:
        assert {row[0] for row in index.gallery().windows} == {"digest 0", "digest 2"}
        assert index.reason("digest 1") is None


def test_what_was_not_committed_is_not_there(tmp_path: Path) -> None:
    path = made(tmp_path / "index", 1)
    with pytest.raises(ZeroDivisionError):
        _interrupted(path)
    with opened(path) as index:
        assert index.count() == (2, 6)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "index", 2)
    with pytest.raises(VidcompressError, match="the disk is full: make room and run the same again"):
        _on_a_full_disk(path)
    with opened(path) as index:
        assert index.count() == (2, 6)


def _interrupted(path: Path) -> None:
    with opened(path, to_write=True) as index:
        add(index, 1)
        index.commit()
        add(index, 2)
        raise ZeroDivisionError


def _on_a_full_disk(path: Path) -> None:
    with opened(path, to_write=True) as index:
        # As many as there are.
        index._connection.execute("PRAGMA max_page_count = 1")  # pyright: ignore[reportPrivateUsage]
        for number in range(2, 200):
            add(index, number)


def _refused(path: Path, said: str) -> None:
    with pytest.raises(VidcompressError) as caught, opened(path) as index:
        index.gallery()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_thing_that_is_wrong_has_a_line(tmp_path: Path) -> None:
    _refused(tmp_path / "none", "there is no index at")
    (tmp_path / "text").write_text("no database, and long enough to be sure of it" * 99)
    _refused(tmp_path / "text", "is no index of videos, or damaged")
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE about (x)")
    _refused(tmp_path / "other", "is no index of videos")
    newer = made(tmp_path / "newer", 1)
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 99")
    _refused(newer, "is of version 99")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_was_cut_off_is_damaged(share: float, tmp_path: Path) -> None:
    path = made(tmp_path / "index", 60)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    _refused(path, "is damaged")


def test_a_flipped_bit_of_a_vector_is_seen(tmp_path: Path) -> None:
    path = made(tmp_path / "index", 60)
    content = bytearray(path.read_bytes())
    place = content.index(vector(3002).tobytes()[:40])
    content[place + 7] ^= 16
    path.write_bytes(content)
    _refused(path, "a vector is not as it was written")


def test_any_flipped_bit_is_a_line_or_changes_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "index", 12)
    content = path.read_bytes()
    with opened(path) as index:
        expected = index.gallery()
    for place in range(0, len(content), 331):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        said, found = "", expected
        try:
            with opened(path) as index:
                found = index.gallery()
        except VidcompressError as error:
            said = str(error)
        assert "\n" not in said
        assert said or np.array_equal(found.vectors, expected.vectors)


def test_another_models_work_does_not_go_on_in_it() -> None:
    from dataclasses import replace

    for other in (
        replace(MADE_BY, digest="0"),
        replace(MADE_BY, recipe="fp16"),
        replace(MADE_BY, protocol="x"),
    ):
        with pytest.raises(VidcompressError, match="was made by videomae"):
            MADE_BY.refuse_other(other, "index")
    with pytest.raises(VidcompressError, match="has fp32 vectors of 10 s every 5 s, and asked for are int8"):
        MADE_BY.refuse_other(replace(MADE_BY, stored="int8"), "index")
    MADE_BY.refuse_other(replace(MADE_BY, source="elsewhere"), "index")
    assert MadeBy.from_json(MADE_BY.as_json()) == MADE_BY


WRITER = """
import sys
from pathlib import Path
from tests.search.index.test_index_file import MADE_BY, add, opened
path, videos = Path(sys.argv[1]), int(sys.argv[2])
with opened(path, to_write=True) as index:
    index.describe(MADE_BY, path.parent)
    for number in range(videos):
        if index.reason(f"digest {number}") is None:
            add(index, number, 50)
            index.commit()
            print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills so here")
def test_a_writer_that_is_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path, videos, kills = tmp_path / "index", 200, 0
    while True:
        output = tmp_path / f"said {kills}"
        process = started(script, WRITER, str(path), str(videos), folder=tmp_path, output=output)
        lines = said(process, output, 7 + 5 * kills)
        process.kill()
        process.join()
        last = int(lines[-1]) if lines else videos - 1
        with opened(path) as index:
            files, windows = index.count()
            assert last < files
            assert windows == 50 * files
        if files == videos:
            break
        kills += 1
    assert kills >= 5
    made_at_once = tmp_path / "undisturbed"
    process = started(
        script, WRITER, str(made_at_once), str(videos), folder=tmp_path, output=tmp_path / "said"
    )
    process.join()
    assert process.exitcode == 0
    with opened(path) as one, opened(made_at_once) as other:
        assert one.gallery().windows == other.gallery().windows
        assert np.array_equal(one.gallery().vectors, other.gallery().vectors)
