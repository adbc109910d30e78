"""Clips by which recipes are compared."""

from __future__ import annotations

from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.target.comparison_clips import comparison_clips


def inputs(calibration: int = 8) -> Inputs:
    options = Options({"vc-model": ("videomae",), "vc-calibration": calibration})
    return Inputs(options, Registries.merge([], [], [], []))


def test_nothing_calibrates_on_them_and_no_test_takes_them() -> None:
    of = inputs()
    chosen = {clip.id for clip in comparison_clips(of, "videomae", 8, 0).sample}
    assert len(chosen) == 8
    assert not chosen & {clip.id for clip in of.calibration("videomae").sample}
    assert not chosen & {clip.id for clip in of.sample}


def test_they_are_the_same_in_every_run() -> None:
    first, again = (comparison_clips(inputs(), "videomae", 8, 0).sample for _ in range(2))
    assert first == again


def test_where_no_others_are_left_those_that_calibrate_compare() -> None:
    of = inputs(calibration=64)
    assert len(of.clip_set.spare) == 64
    assert comparison_clips(of, "videomae", 64, 0).sample == of.calibration("videomae").sample
