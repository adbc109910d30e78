from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

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
