from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from shutil import copy

import pytest
import torch

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.accuracy.class_counts import classes
from pytest_vidcompress.measure.clip_identity import identity
from pytest_vidcompress.measure.measurement import Evaluation, measure, measure_reference
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.model import Model


def test_a_report_says_what_it_was_measured_on(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(classifier, clips)
    report = measure(Subject.of(classifier.module), reference, "same", "t")
    marks = tuple(sha256(clip.path.read_bytes()).hexdigest()[:6] for clip in clips)
    for each in (reference.report, report, report.reference):
        assert each is not None
        assert each.identity.contents == marks
        assert each.identity.protocol == "2 frames even, 1x1 views"
        assert each.identity.clips_digest == reference.report.identity.clips_digest
        assert len(each.identity.clips_digest) == 16


def test_of_an_evaluation_that_ended_early_only_the_clips_that_counted(
    classifier: Model, clips: Clips
) -> None:
    reference = measure_reference(classifier, clips)
    module = classifier.module
    report = measure(
        Subject.of(module), reference, "same", "t", Evaluation(enough=lambda right, _: len(right) == 3)
    )
    assert report.identity.contents == reference.report.identity.contents[:3]
    assert report.identity.clips_digest == reference.report.identity.clips_digest, "it is of the sample"
    assert len(report.accuracy.predictions) == len(report.accuracy.labels) == 3
    assert report.reference is not None
    assert report.reference.identity.contents == report.identity.contents
    assert sum(each.clips for each in classes(report)) == 3


def test_predictions_are_of_every_clip_and_in_no_representation(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(classifier, clips)

    def first(pixels: torch.Tensor) -> torch.Tensor:
        return torch.eye(16)[:1]

    report = measure(Subject.of(first), reference, "first", "t")
    assert report.identity.label_names == classifier.labels
    assert report.accuracy.predictions == (0,) * len(clips)
    assert [report.identity.label_names[label] for label in report.accuracy.labels] == [
        clip.label for clip in clips
    ]
    said = tuple(
        label == answer
        for label, answer in zip(report.accuracy.labels, report.accuracy.predictions, strict=True)
    )
    assert said == report.accuracy.outcomes
    found = classes(report)
    assert sum(each.now for each in found) == sum(report.accuracy.outcomes)
    assert sum(each.before for each in found) == sum(reference.report.accuracy.outcomes)
    assert not any(name in repr(report) for name in ("predictions", "label_names", "contents"))


def test_a_file_that_went_away_meanwhile_is_named(classifier: Model, clips: Clips, tmp_path: Path) -> None:
    clip = clips[0]
    moved = Clip(clip.id, clip.label, Path(copy(clip.path, tmp_path)))
    ids = {label: position for position, label in enumerate(clips.labels)}
    one = Clips([moved], clips.labels, ids, classifier.profile)
    one.load()
    moved.path.unlink()
    with pytest.raises(VidcompressError, match="changed while tests ran"):
        identity(classifier, one)
