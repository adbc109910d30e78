from __future__ import annotations

import pytest

from pytest_vidcompress.clips.kinetics.official import official_names
from pytest_vidcompress.clips.kinetics.splits import is_split, is_split_copy, split_of


@pytest.mark.parametrize(
    ("name", "split", "whole"),
    [
        ("val", "val", True),
        ("Validate", "val", True),
        ("videos_val", "val", True),
        ("val_256", "val", False),
        ("kinetics400_val_list_videos", "val", False),
        ("kinetics-400_test", "test", False),
        ("videos_train", "train", True),
        ("k400", None, False),
        ("interval", None, False),
        ("", None, False),
    ],
)
def test_a_name_tells_the_split(name: str, split: str | None, whole: bool) -> None:
    assert (split_of(name), is_split(name)) == (split, whole)


def test_no_class_of_kinetics_is_taken_for_a_split() -> None:
    for label in official_names():
        for spelling in (label, label.replace(" ", "_")):
            assert not split_of(spelling)
            assert not is_split_copy(spelling)


@pytest.mark.parametrize(
    ("name", "copy"),
    [("val", True), ("k400_val_256p", True), ("Videos_Train", True), ("training dog", False)],
)
def test_a_copy_of_a_split_is_no_class(name: str, copy: bool) -> None:
    assert is_split_copy(name) == copy
