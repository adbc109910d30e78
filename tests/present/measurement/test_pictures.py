from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.present.measurement.pictures import MOST_BYTES, with_pictures, with_playable

SEVERAL = [
    {"flips": [{"clip": "a"}, {"clip": "b"}]},
    {"flips": [{"clip": "a"}, {"clip": "c"}]},
    {"name": "fuse"},
]


def shown(measurements: list[dict[str, Any]]) -> list[list[str]]:
    return [[flip["clip"] for flip in each.get("flips", ()) if "thumbnails" in flip] for each in measurements]


def test_a_flip_is_shown_where_there_is_a_picture_of_its_clip() -> None:
    found = with_pictures(SEVERAL, {"a": ["data:image/jpeg;base64,AA"]})
    assert shown(found) == [["a"], ["a"], []]
    assert found[2] == {"name": "fuse"}
    assert with_pictures(SEVERAL, {}) == SEVERAL


@given(st.integers(1, 40), st.integers(1, 30), st.integers(1, 30_000))
def test_every_clip_is_shown_once_and_further_ones_while_there_is_room(
    variants: int, clips: int, length: int
) -> None:
    many = [{"flips": [{"clip": str(clip)} for clip in range(clips)]} for _ in range(variants)]
    found = with_pictures(many, {str(clip): ["x" * length] for clip in range(clips)})
    assert {clip for each in shown(found) for clip in each} == {str(clip) for clip in range(clips)}
    total = length * sum(map(len, shown(found)))
    assert total <= max(MOST_BYTES, length * clips)


def test_what_browsers_play_is_named_from_the_folder_of_the_file() -> None:
    files = {"a": Path("/data/val/a b.mp4"), "b": Path("/data/val/b.avi"), "c": Path("/other/c.mp4")}

    def beside(folder: str) -> list[Any]:
        found = with_playable({"measurements": SEVERAL}, Path(folder), lambda flip: files.get(flip["clip"]))
        return [flip.get("playable") for each in found["measurements"] for flip in each.get("flips", ())]

    assert beside("/data") == ["val/a b.mp4", None, "val/a b.mp4", None]
    assert beside("/data/val") == ["a b.mp4", None, "a b.mp4", None]
    assert beside("/data/val/../..") == ["data/val/a b.mp4", None, "data/val/a b.mp4", "other/c.mp4"]
    assert beside("/elsewhere") == [None] * 4


def test_what_lies_beside_another_file_is_no_longer_there() -> None:
    there = {"measurements": [{"flips": [{"clip": "a", "playable": "a.mp4"}]}]}
    found = with_playable(there, Path("/pages"), lambda flip: Path("/runs") / flip["playable"])
    assert found["measurements"] == [{"flips": [{"clip": "a"}]}]
