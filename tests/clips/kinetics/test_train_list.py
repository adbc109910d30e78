"""The clips to train on that lie beside those that are tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.read import read_kinetics

HEADER = "label,youtube_id,time_start,time_end,split\n"


def lay_out(folder: Path, **files: str) -> Path:
    """Files by path; `__` stands for a slash and `_dot_` for a dot."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def rows(split: str, *ids: str) -> str:
    return HEADER + "".join(f"abseiling,{each},0,10,{split}\n" for each in ids)


def trained(source: Path) -> list[tuple[str, str]]:
    return [(clip.id, clip.label) for clip in read_kinetics(source).training_clips]


@pytest.mark.parametrize("tested", ["", "val", "annotations/val.csv"])
def test_the_official_list_and_folder(tested: str, tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        annotations__val_dot_csv=rows("val", "aaaaaaaaaaa"),
        annotations__train_dot_csv=rows("train", "bbbbbbbbbbb", "ccccccccccc"),
        val__aaaaaaaaaaa_000000_000010_dot_mp4="val",
        train__bbbbbbbbbbb_000000_000010_dot_mp4="train",
    )
    assert trained(tmp_path / tested) == [("bbbbbbbbbbb", "abseiling")]


def test_class_folders_of_labels_that_are_tested(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        val__abseiling__1_dot_mp4="a",
        train__abseiling__2_dot_mp4="b",
        train__zumba__3_dot_mp4="c",
    )
    assert trained(tmp_path / "val") == trained(tmp_path) == [("abseiling/2", "abseiling")]


def test_a_list_of_paths_has_its_twin_even_where_there_are_others(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        k400_val_list_dot_txt="val/a.mp4 0\n",
        k400_train_list_dot_txt="train/b.mp4 0\n",
        old_train_list_dot_txt="train/c.mp4 0\n",
        val__a_dot_mp4="a",
        train__b_dot_mp4="b",
        train__c_dot_mp4="c",
    )
    assert [name for name, _ in trained(tmp_path / "k400_val_list.txt")] == ["train/b"]


def test_where_nobody_can_tell_there_are_none(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        mine_dot_csv=rows("val", "aaaaaaaaaaa"),
        one_train_dot_csv=rows("train", "bbbbbbbbbbb"),
        two_train_dot_csv=rows("train", "bbbbbbbbbbb"),
        aaaaaaaaaaa_dot_mp4="a",
        bbbbbbbbbbb_dot_mp4="b",
        flat__abseiling__1_dot_mp4="a",
    )
    assert trained(tmp_path / "mine.csv") == []
    assert trained(tmp_path / "flat") == []
    # Whoever tests the train list trains on nothing of it.
    assert trained(tmp_path / "one_train.csv") == []
