"""Features of frames: computed once a clip, and only where nothing that makes them learns."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.clips.training_clips import TrainingClips
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.budget import Budget
from pytest_vidcompress.learn.feature_lessons import Answering, FeatureBatches, on_features
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.learn.loop import Training, train
from pytest_vidcompress.learn.losses import label_loss
from pytest_vidcompress.models.frame_features.frame_classifier import FrameClassifier
from pytest_vidcompress.models.model import Model
from tests.learn.school import clips
from tests.models.small import LABELS

PROFILE = Profile(4, 1, 32)


class Counting(nn.Module):
    """A backbone that counts the frames that it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.linear = nn.Linear(3, 5)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        self.seen += len(frames)
        return self.linear(frames.mean((2, 3)))


class Mean(nn.Module):
    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features.mean(1)


class Frames(FrameClassifier):
    def __init__(self) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            super().__init__(Counting(), Mean(), nn.Linear(5, len(LABELS)))

    @property
    def seen(self) -> int:
        return cast(Counting, self.backbone).seen


def taught(teacher: Frames, of: tuple[Clip, ...] = (), cache: Path | None = None) -> Lessons:
    ids = {label: number for number, label in enumerate(LABELS)}
    training = TrainingClips(of or clips(12), ids, PROFILE)
    return Lessons(Model("frames", teacher, PROFILE, LABELS), training, recipe="finetune", cache=cache)


def test_training_on_features_ends_where_training_on_pixels_does_and_sees_each_clip_once() -> None:
    training = Training(label_loss, Budget(steps=9), batch=4, rate=3e-3)
    ours, theirs, teacher = Frames(), Frames(), Frames()
    train(theirs, training, taught(teacher))
    (module,), lessons = on_features(taught(teacher), ours)
    curve = train(module, training, lessons)
    assert torch.allclose(ours.classifier.weight, theirs.classifier.weight, atol=1e-6)
    assert curve.clips == 36
    assert (ours.seen, teacher.seen) == (0, 12 * 4)


def test_the_batches_are_those_of_the_clips() -> None:
    teacher = Frames()
    lessons = taught(teacher)
    kept = on_features(lessons, Frames())[1].training
    for step, (features, targets) in enumerate(kept.batches(range(5), 5)):
        pixels, wanted = lessons.training.batch(step, 5)
        assert torch.equal(targets, wanted)
        assert torch.allclose(features, teacher.features(pixels), atol=1e-6)
    assert kept.digest == lessons.training.digest
    assert torch.equal(kept.batch(4, 5)[1], targets)


def thawed() -> Frames:
    made = Frames()
    made.backbone.requires_grad_(True)
    return made


def other() -> Frames:
    made = Frames()
    nn.init.ones_(cast(Counting, made.backbone).linear.weight)
    return made


@pytest.mark.parametrize("learner", [thawed(), other(), nn.Linear(2, 2)])
def test_a_backbone_that_learns_or_is_not_the_teachers_is_given_pixels(learner: nn.Module) -> None:
    lessons = taught(Frames())
    assert on_features(lessons, learner) == ((learner,), lessons)


def test_features_that_are_there_are_taken_as_they_are() -> None:
    (_,), lessons = on_features(taught(Frames()), Frames())
    (module,), again = on_features(lessons, other())
    assert again.training is lessons.training
    assert isinstance(module, Answering)


def test_another_run_reads_what_this_one_computed(tmp_path: Path) -> None:
    batches: list[torch.Tensor] = []
    made = [Frames(), Frames(), other()]
    for teacher in made:
        learner = other() if teacher is made[2] else Frames()
        batches.append(on_features(taught(teacher, clips(6), tmp_path), learner)[1].training.batch(0, 6)[0])
    assert [teacher.seen for teacher in made] == [24, 0, 24]
    assert torch.equal(batches[0], batches[1])
    assert not torch.equal(batches[0], batches[2])


def test_more_than_memory_may_hold_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_vidcompress.learn.feature_lessons._MOST_BYTES", 0)
    monkeypatch.setattr("pytest_vidcompress.learn.feature_lessons._AHEAD", 6)
    kept = on_features(taught(teacher := Frames()), Frames())[1].training
    assert isinstance(kept, FeatureBatches)
    assert len([*kept.batches(range(4), 6)]) == 4
    assert teacher.seen == 24 * 4


def broken(number: int) -> Clip:
    def gone() -> object:
        raise OSError("gone")

    return Clip(f"broken{number}", LABELS[0], Path(f"broken{number}.h5"), gone)


def test_in_the_place_of_a_clip_that_cannot_be_decoded_stands_the_next_one() -> None:
    of = (*clips(3), broken(0), broken(1), *clips(6)[3:])
    lessons = taught(teacher := Frames(), of)
    kept = on_features(lessons, Frames())[1].training
    (features, targets), (pixels, wanted) = kept.batch(0, 8), lessons.training.batch(0, 8)
    assert torch.equal(targets, wanted)
    assert torch.allclose(features, teacher.features(pixels), atol=1e-6)


def test_clips_of_which_none_can_be_decoded_are_refused() -> None:
    kept = on_features(taught(Frames(), tuple(map(broken, range(20)))), Frames())[1].training
    with pytest.raises(VidcompressError, match="16 clips to train on, one after another, cannot be used"):
        kept.batch(0, 2)
