from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.listing import Tree, stem_of


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


def test_clips_are_videos_or_arrays_or_folders_of_pictures(tmp_path: Path) -> None:
    for name in ("annotations/val.csv", "val/x.jpg", "a/1.jpg", "b/notes.txt", ".c/1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [*Tree().clips(str(tmp_path))] == ["a", "b"]
    (tmp_path / "x.npy").touch()
    assert [*Tree().clips(str(tmp_path))] == ["x.npy"]
    (tmp_path / "y.mov").touch()
    assert [*Tree().clips(str(tmp_path))] == ["y.mov"]


def test_folders_without_pictures_are_no_clips(tmp_path: Path) -> None:
    for name in "abcdefg":
        (tmp_path / name).mkdir()
    tree = Tree()
    assert not tree.clips(str(tmp_path))
    (tmp_path / "g" / "1.jpg").touch()
    assert not Tree().clips(str(tmp_path)), "folders beside each other are alike: three are looked into"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.mp4", "a"),
        ("a.b.MOV", "a.b"),
        ("a.jpg", "a.jpg"),
        ("v_Ball.g01", "v_Ball.g01"),
        (".mp4", ".mp4"),
        ("", ""),
    ],
)
def test_a_stem_is_a_name_without_the_suffix_of_a_clip(name: str, stem: str) -> None:
    assert stem_of(name) == stem


def test_of_several_clips_of_a_stem_the_commonest_kind_goes_first(tmp_path: Path) -> None:
    for name in ("x.avi", "x.MP4", "y.webm"):
        (tmp_path / name).touch()
    tree = Tree()
    assert [tree.clip_of_stem(str(tmp_path), stem) for stem in "xyz"] == ["x.MP4", "y.webm", None]
