"""Clips to calibrate on outside a test, and what tests of them then say."""

from pathlib import Path

import pytest

from pytest_vidcompress.clips.clip import Clip, ClipSet
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.sample import sample
from pytest_vidcompress.run.calibration import TESTED, choose, packaged, ready
from tests.models.small import model


def clip_set(number: int, spare: int = 0) -> ClipSet:
    clips = tuple(Clip(f"clip{k}", "walking", Path(f"{k}.mp4")) for k in range(number + spare))
    return ClipSet("mine", ("walking",), clips[:number], spare=clips[number:])


def test_a_large_set_gives_clips_that_no_test_takes_by_default():
    mine = clip_set(TESTED + 40)
    choice = choose(mine, 32)
    assert not {*choice.clips} & {*sample(mine.clips, None, 0, TESTED)}
    assert choice.remark == "calibrated on 32 clips of 'mine' that no test takes by default"


def test_spare_clips_are_taken_first():
    choice = choose(clip_set(10, spare=4), 32)
    assert {clip.id for clip in choice.clips} == {"clip10", "clip11", "clip12", "clip13"}


def test_a_small_set_gives_those_that_a_smaller_sample_leaves_out():
    mine = clip_set(200)
    choice = choose(mine, 32)
    assert len(choice.clips) == 32
    assert not {*choice.clips} & {*sample(mine.clips, 168, 0)}
    assert choice.remark.endswith("independent of that with --vc-sample=168 or less, and not with more")


@pytest.mark.parametrize("number", [10, 32])
def test_where_all_clips_calibrate_no_test_is_independent(number):
    choice = choose(clip_set(10), number)
    assert len(choice.clips) == 10
    assert choice.remark == (
        "calibrated on 10 of the 10 clips of 'mine': tests of these are not independent of that"
    )


def test_packaged_clips_for_who_names_none():
    choice = packaged(4)
    assert {*choice.clips} <= {*pocket().spare}
    assert choice.remark.startswith("calibrated on 4 packaged clips, which are drawings")


def test_clips_know_whether_they_were_taken_and_without_labels_give_pixels_alone():
    clips = ready(packaged(2), model("videomae"), None)
    assert not clips.taken
    (_, labels), *_ = clips.batches(2)
    assert clips.taken
    assert labels.tolist() == [-1, -1]
