from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.crops.digest import digest, digest_of_set


def test_as_sha256sum_prints_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"video")
    assert digest(path) == sha256(b"video").hexdigest()
    with pytest.raises(OSError, match="gone"):
        digest(tmp_path / "gone.mp4")


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"one")
    first = digest(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert digest(path) != first


sets = st.lists(st.tuples(st.text(max_size=3), st.text("abc", max_size=3)), max_size=5)


@given(sets, sets)
def test_a_set_is_its_clips_in_their_order(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    first, second = (digest_of_set([i for i, _ in each], [c for _, c in each]) for each in (one, other))
    assert (first == second) == (one == other)
    assert len(first) == 16


def test_a_folder_is_its_pictures_in_their_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, names in ((one, ("img_1.jpg", "img_2.jpg")), (two, ("frame_0001.jpg", "frame_0010.jpg"))):
        folder.mkdir()
        for name, content in zip(names, (b"first", b"second"), strict=True):
            (folder / name).write_bytes(content)
    known = sha256(" ".join(sha256(each).hexdigest() for each in (b"first", b"second")).encode()).hexdigest()
    assert digest(one) == digest(two) == known
    (one / "notes.txt").write_text("to do")
    assert digest(one) == known
    (one / "img_2.jpg").write_bytes(b"another")
    assert digest(one) != known
    with pytest.raises(OSError, match="no folder of numbered pictures"):
        digest(tmp_path)


def test_a_function_is_what_it_returns() -> None:
    calls: list[int] = []

    def frames() -> np.ndarray:
        calls.append(1)
        return np.zeros((3, 2, 2, 3), np.uint8)

    assert digest(frames) == digest(frames) == sha256(b"(3, 2, 2, 3)" + bytes(36)).hexdigest()
    assert len(calls) == 1
    assert digest(lambda: np.ones((3, 2, 2, 3), np.uint8)) != digest(frames)
    with pytest.raises(OSError, match="ZeroDivisionError"):
        digest(lambda: 1 / 0)
