from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.kinetics.layout import Row, distinct, listed_row
from pytest_vidcompress.errors import VidcompressError

SOURCE = Path("list.txt")


@pytest.mark.parametrize(
    ("file", "ids", "key"),
    [
        (
            "abseiling/-uT_p-r_zAb_000003_000013.mp4",
            ("-uT_p-r_zAb", "-uT_p-r_zAb_000003_000013"),
            "-uT_p-r_zAb",
        ),
        ("_b_0123456c.MP4", ("_b_0123456c",), "_b_0123456c"),
        ("-3B32lodo2M", ("-3B32lodo2M",), "-3B32lodo2M"),
        ("archery/001.mp4", ("archery/001",), ""),
        ("001.avi", ("001",), ""),
        (r"D:\k400\archery\001.mp4", ("archery/001", "k400/archery/001", "D:/k400/archery/001"), ""),
        ("a/b/my best.shot.mp4", ("b/my best.shot", "a/b/my best.shot"), ""),
    ],
)
def test_a_path_tells_the_id(file: str, ids: tuple[str, ...], key: str) -> None:
    row = listed_row(file, "x")
    assert (row.ids, row.key) == (ids, key)


def test_files_that_share_a_name_keep_apart() -> None:
    files = ["x/a/1.mp4", "a/1.mp4", "y/a/1.mp4", "y/a/1.mp4"]
    taken = distinct((listed_row(file, "l") for file in files), SOURCE)
    assert {name: row.file for name, row in taken.items()} == {
        "a/1": "x/a/1.mp4",
        "./a/1": "a/1.mp4",
        "y/a/1": "y/a/1.mp4",
    }


names = st.text("ab", min_size=1, max_size=2)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)


@given(st.lists(paths, max_size=12))
def test_every_path_is_one_clip(files: list[str]) -> None:
    rows = [listed_row(f"{file}.mp4", "l") for file in files]
    taken = distinct(rows, SOURCE)
    assert {row.file for row in taken.values()} == {row.file for row in rows}
    assert len(taken) == len(set(files))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12")), max_size=8))
def test_times_tell_clips_of_one_video_apart(pairs: list[tuple[str, str]]) -> None:
    rows = [Row("l", (video, f"{video}_{start}"), "", video) for video, start in pairs]
    assert len(distinct(rows, SOURCE)) == len(set(pairs))


def test_a_clip_has_one_label() -> None:
    with pytest.raises(VidcompressError, match=r"list.txt has clip a/1 twice, as 'x' and as 'y'"):
        distinct([listed_row("a/1.mp4", "x"), listed_row("a/1.mp4", "y")], SOURCE)
