from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.kinetics.label_ids import name_labels, read_label_list
from pytest_vidcompress.clips.kinetics.layouts.folders import SPELLINGS
from pytest_vidcompress.clips.kinetics.listing import Tree
from pytest_vidcompress.clips.kinetics.official import official_names
from pytest_vidcompress.errors import VidcompressError

NAMES = official_names()
ids = st.lists(st.integers(0, 399), min_size=1, max_size=9)


def names_of(pairs: list[tuple[str, str]], folder: Path = Path("nowhere")) -> tuple[list[str], str]:
    named = name_labels(pairs, folder / "val.txt", Tree())
    return [row.label for row in named.rows], named.how


@given(ids)
def test_ids_go_by_the_sorted_labels(numbers: list[int]) -> None:
    pairs = [(f"{k}.mp4", str(number)) for k, number in enumerate(numbers)]
    assert names_of(pairs) == ([NAMES[number] for number in numbers], "ids from 0")


@given(ids)
def test_a_list_that_counts_from_one_shows_by_its_last_id(numbers: list[int]) -> None:
    pairs = [(f"{k}.mp4", str(number + 1)) for k, number in enumerate([*numbers, 399])]
    assert names_of(pairs) == ([NAMES[number] for number in [*numbers, 399]], "ids from 1")


@given(ids, st.sampled_from([*SPELLINGS.values()]), st.sampled_from([0, 1]))
def test_or_by_its_class_folders(numbers: list[int], spell, base: int) -> None:
    pairs = [
        (f"/k400/{spell(NAMES[number])}/{k}.mp4", str(number + base)) for k, number in enumerate(numbers)
    ]
    assert names_of(pairs) == ([NAMES[number] for number in numbers], f"ids from {base}")


@given(st.lists(st.sampled_from(NAMES), min_size=3, max_size=9, unique=True))
def test_folder_order_never_makes_a_label(labels: list[str]) -> None:
    """Ids that somebody numbered by the folders of a few classes."""
    pairs = [(f"{label}/x.mp4", str(place)) for place, label in enumerate(sorted(labels))]
    assert names_of(pairs)[0] == sorted(labels)


def test_the_two_labels_that_torchvisions_order_swaps_stay_right() -> None:
    spell = SPELLINGS["torchvision"]
    folders = sorted(map(spell, NAMES))
    pairs = [(f"{folder}/x.mp4", str(place)) for place, folder in enumerate(folders)]
    labels, how = names_of(pairs)
    assert [spell(label) for label in labels] == folders
    assert labels != [*NAMES]
    assert how == "ids of its own, read by folder"


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("x.mp4", "400"), ("y.mp4", "0")], r"\(0 to 400\) do not go with the 400 labels of Kinetics-400"),
        ([("x.mp4", "700")], "put the list of its labels beside it, as label_map.txt"),
        (
            [("zumba/x.mp4", "3"), ("archery/y.mp4", "3")],
            "a clip in folder 'zumba' has id 3, which is 'applauding'",
        ),
    ],
)
def test_ids_that_cannot_be_are_refused(pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(VidcompressError, match=said):
        names_of(pairs)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("label_map.txt", "zumba\narchery\n"),
        ("label_map_mine.txt", "\ufeffzumba\r\narchery\r\n"),
        ("my_labels.csv", "id,name\n0,zumba\n1,archery\n"),
        ("Kinetics_label_list.txt", "0 zumba\n1 archery\n"),
        ("classInd.txt", "zumba 0\narchery 1\n"),
        ("labels.csv", 'name,id\n"zumba",0\n"archery",1\n'),
    ],
)
def test_a_label_list_that_lies_beside_goes_first(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text.encode())
    assert names_of([("x.mp4", "0"), ("y.mp4", "1")], tmp_path) == (
        ["zumba", "archery"],
        f"ids from 0 ({name})",
    )
    # In the folder above, too, when the list is among the annotations.
    assert names_of([("x.mp4", "1")], tmp_path / "annotations")[0] == ["archery"]


def test_a_label_list_may_count_from_one_and_the_clips_from_none(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("1,zumba\n2,archery\n", encoding="utf-8-sig")
    assert names_of([("x.mp4", "1"), ("y.mp4", "2")], tmp_path) == (
        *(["zumba", "archery"], "ids from 1 (labels.csv)"),
    )
    assert names_of([("x.mp4", "0"), ("y.mp4", "1")], tmp_path) == (
        *(["zumba", "archery"], "ids from 0 (labels.csv)"),
    )


def test_two_label_lists_that_differ_are_refused_by_name(tmp_path: Path) -> None:
    for name in ("label_map_k400.txt", "same_labels.txt"):
        (tmp_path / name).write_text("zumba\narchery\n")
    assert names_of([("x.mp4", "0")], tmp_path)[0] == ["zumba"]
    (tmp_path / "label_map_k600.txt").write_text("abseiling\nzumba\n")
    with pytest.raises(
        VidcompressError, match=r"several label lists .*\(label_map_k400.txt, label_map_k600.txt\)"
    ):
        names_of([("x.mp4", "0")], tmp_path)


@pytest.mark.parametrize(
    "text", ["", "zumba\nzumba\n", "a/b.mp4 0\n", "x.mp4\ny.mp4\n", "label,youtube_id\na,b,1\nc,d,1\n"]
)
def test_other_files_are_no_label_lists(text: str, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(text)
    assert read_label_list(tmp_path / "labels.csv") is None


def test_names_are_taken_as_they_are() -> None:
    assert names_of([("x.mp4", "arm_wrestling"), ("y.mp4", "mine")]) == (["arm wrestling", "mine"], "labels")


def test_a_label_may_have_a_slash(tmp_path: Path) -> None:
    (tmp_path / "label_map.txt").write_text("drinking water\nreading\ntaking a hat/cap off\n")
    pairs = [(f"v/{number}.mp4", str(number)) for number in range(3)]
    assert names_of(pairs, tmp_path) == (
        ["drinking water", "reading", "taking a hat/cap off"],
        "ids from 0 (label_map.txt)",
    )


@pytest.mark.parametrize(
    "text", ["", "riding a bike\nriding a bike\n", "0 walking\n0 waving\n", "0,a\n0,b\n"]
)
def test_a_label_list_that_cannot_be_read_is_refused_not_passed_over(text: str, tmp_path: Path) -> None:
    (tmp_path / "label_map.txt").write_text(text)
    with pytest.raises(
        VidcompressError, match=r"label_map.txt lies beside val.txt and cannot be read as the list"
    ):
        names_of([("x.mp4", "0")], tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "label,youtube_id\na,b\nc,d\n",
        "a/b.mp4 0\nc/d.mp4 0\n",
        "a/b 250 0\nc/d 250 1\n",
    ],
)
def test_a_list_of_clips_or_a_table_beside_is_no_label_list(text: str, tmp_path: Path) -> None:
    (tmp_path / "val_labels.csv").write_text(text)
    assert names_of([("x.mp4", "0")], tmp_path) == (["abseiling"], "ids from 0")


def test_ids_of_classes_that_are_none_of_kinetics_are_not_kinetics_ids() -> None:
    own = ("brush_hair", "cartwheel", "catch")
    pairs = [(f"data/{label}/{clip}.avi", str(number)) for number, label in enumerate(own) for clip in "ab"]
    assert names_of(pairs) == ([label for label in own for _ in "ab"], "ids of its own, read by folder")


@pytest.mark.parametrize(
    "files",
    [["val/a.mp4", "val/b.mp4"], ["a.mp4", "b.mp4"], ["val/a.mp4", "train/b.mp4"], ["p1/a.mp4", "p1/b.mp4"]],
)
def test_folders_that_are_no_classes_tell_no_labels(files: list[str]) -> None:
    assert names_of([(file, str(number)) for number, file in enumerate(files)]) == (
        ["abseiling", "air drumming"],
        "ids from 0",
    )


def test_clips_without_labels_are_read_by_their_folder_or_refused(tmp_path: Path) -> None:
    pairs = [("arm_wrestling/a.mp4", ""), ("zumba/b.mp4", "")]
    assert names_of(pairs) == (["arm wrestling", "zumba"], "no labels, read by folder")
    with pytest.raises(
        VidcompressError, match=r"lists clips without labels, and the folder of 'hug/a.mp4' is none"
    ):
        names_of([*pairs, ("hug/a.mp4", "")])
    (tmp_path / "classInd.txt").write_text("1 hug\n2 kiss\n")
    assert names_of([("hug/a.mp4", "")], tmp_path)[0] == ["hug"]
