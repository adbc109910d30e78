"""What a model should answer of clips."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pytest_vidcompress.clips.clip import Clip, ClipSet
from pytest_vidcompress.clips.label_targets import Targets, as_targets, targets_of
from pytest_vidcompress.errors import VidcompressError

ONE = Clip("one", "run", Path("one.mp4"))
TWO = Clip("two", "jump", Path("two.mp4"), others=("run",))
OUTPUTS = ("Run", "sit", "Jump", "swim")
IDS = {"jump": 2, "run": 0}


def test_of_one_label_a_clip_targets_are_its_indices() -> None:
    found = targets_of(ClipSet("ours", ("jump", "run"), (ONE,)), OUTPUTS, "mine")
    assert (found, found.several_labels) == (Targets(IDS), False)
    targets = found.of([ONE, ONE])
    assert (targets.tolist(), targets.dtype) == ([0, 0], torch.int64)
    assert found.of([]).shape == (0,)


def test_of_several_labels_a_clip_targets_say_of_each_output_whether_it_is_right() -> None:
    found = targets_of(ClipSet("ours", ("jump", "run"), (ONE, TWO), several_labels=True), OUTPUTS, "mine")
    assert (found, found.several_labels) == (Targets(IDS, 4), True)
    targets = found.of([ONE, TWO])
    assert targets.dtype == torch.bool
    assert targets.int().tolist() == [[1, 0, 0, 0], [1, 0, 1, 0]]
    assert found.of([]).shape == (0, 4)


def test_indices_alone_are_of_clips_with_one_label_each() -> None:
    assert as_targets(IDS) == Targets(IDS)
    several = Targets(IDS, 4)
    assert as_targets(several) is several


def test_labels_that_a_model_does_not_have_are_refused_by_name() -> None:
    with pytest.raises(
        VidcompressError, match=r"^model 'mine' does not have 1 of the 2 labels of clip set 'ours'"
    ):
        targets_of(ClipSet("ours", ("jump", "fly"), ()), OUTPUTS, "mine")


def test_a_clip_to_train_on_has_known_labels_and_no_more_than_it_may() -> None:
    Targets(IDS, 4).refuse_unknown(TWO)
    with pytest.raises(
        VidcompressError, match=r"^clip 'two' .* has label 'run', which is none of the set's 1 labels$"
    ):
        Targets({"jump": 0}, 1).refuse_unknown(TWO)
    with pytest.raises(
        VidcompressError, match=r"^clip 'two' .* has 2 labels, where each clip of the set has one: give"
    ):
        Targets(IDS).refuse_unknown(TWO)
