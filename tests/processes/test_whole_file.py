from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.processes.whole_file import write_whole


def test_it_takes_the_place_of_what_is_there_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for content in (b"one", b"another"):
        write_whole(file, content)
        assert file.read_bytes() == content
    assert [*tmp_path.iterdir()] == [file]


def test_what_cannot_be_put_in_its_place_leaves_it_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        write_whole(folder, b"content")
    assert [*tmp_path.iterdir()] == [folder]
    with pytest.raises(OSError):
        write_whole(tmp_path / "none" / "file", b"content")
    assert not (tmp_path / "none").exists()
