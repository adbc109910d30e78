"""What techniques learn from in a run: never what is tested or calibrated on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.clip import Clip, ClipSet
from pytest_vidcompress.clips.loader import Decoding
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.training_inputs import Reserved, lessons
from tests.models.small import LABELS, model
from tests.run.test_inputs import inputs


class OneByOne(Sequence[Clip]):
    """A sequence that nobody can look through."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip

    def __len__(self) -> int:
        return 1 << 40

    def __getitem__(self, index: Any) -> Any:
        return self.clip

    def __iter__(self) -> Any:
        raise AssertionError("there are too many")


def stored(folder: Path, name: str, value: int) -> Clip:
    path = folder / f"{name}.npy"
    np.save(path, np.full((4, 32, 32, 3), value, np.uint8))
    return Clip(name, LABELS[0], path)


def test_a_run_of_the_packaged_set_trains_on_clips_that_are_drawn(tmp_path: Path) -> None:
    here = inputs(vc_model=("videomae",), vc_sample=2, vc_calibration=2, vc_device="cpu", vc_seed=3)
    taught = here.lessons("videomae", tmp_path)
    assert taught.teacher is here.model("videomae")
    assert (taught.seed, taught.folder) == (3, tmp_path)
    pixels, labels = taught.training.batch(0, 4)
    assert pixels.shape == (4, 8, 3, 64, 64)
    assert pixels.dtype == torch.float32
    assert len({*labels.tolist()}) > 1
    assert max(labels) < len(taught.teacher.labels)


@pytest.mark.parametrize("role", ["tested", "calibrated on"])
def test_a_clip_that_has_another_part_is_named_and_not_trained_on(role: str, tmp_path: Path) -> None:
    tested, spare, fresh = (stored(tmp_path, name, k) for k, name in enumerate(("tested", "spare", "fresh")))
    copy = stored(tmp_path, "copy", 0 if role == "tested" else 1)
    mine = ClipSet("mine", LABELS, (tested,), spare=(spare,), training=(fresh, copy))
    reserved = Reserved(mine.clips, mine.spare)
    with pytest.raises(
        VidcompressError, match=rf"^clip 'copy' would be trained on, and '\w+' is {role}, which"
    ):
        lessons(model("videomae"), mine, reserved, Decoding())
    # Of those that are made one by one, it shows when it is taken.
    one_by_one = replace(mine, training=OneByOne(copy))
    with pytest.raises(VidcompressError, match=r"^clip 'copy' would be trained on"):
        lessons(model("videomae"), one_by_one, reserved, Decoding()).training.batch(0, 1)
    only = lessons(model("videomae"), replace(mine, training=(fresh,)), reserved, Decoding())
    assert only.training.batch(0, 2)[1].tolist() == [0, 0]


def test_a_set_without_clips_to_train_on_says_how_to_have_some() -> None:
    nothing = replace(pocket(), name="mine", training=())
    with pytest.raises(
        VidcompressError, match=r"^clip set 'mine' has no clips to train on: give its ClipSet"
    ):
        lessons(model("videomae"), nothing, Reserved((), ()), Decoding())
