from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.listing import Tree


def test_names_are_sorted_by_what_they_are(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.MKV", "c.txt", "val.CSV", "._d.mp4", "e.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "z").mkdir()
    (tmp_path / "y").symlink_to(tmp_path / "z")
    listing = Tree()[str(tmp_path)]
    assert [*listing.videos] == ["a.MKV", "b.mp4"]
    assert listing.texts == ("c.txt", "val.CSV")
    assert [*listing.folders] == ["y", "z"]


def test_a_folder_is_seen_once(tmp_path: Path) -> None:
    tree = Tree()
    assert not tree[str(tmp_path)].videos
    (tmp_path / "b.mp4").touch()
    assert not tree[str(tmp_path)].videos
    assert Tree()[str(tmp_path)].videos


@pytest.mark.parametrize("name", ["gone", "file"])
def test_what_cannot_be_listed_is_empty(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not Tree()[str(tmp_path / name)].folders
    assert Tree().head(tmp_path / "gone") == Tree().head(tmp_path) == []
