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
from pytest_vidcompress.measure.clip_identity import identified
from pytest_vidcompress.measure.measurement import measure, measure_reference
from pytest_vidcompress.models.model import Model


def test_a_report_says_what_it_was_measured_on(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(classifier, clips)
    report = measure(classifier.module, reference, "same", "t")
    marks = tuple(sha256(clip.path.read_bytes()).hexdigest()[:6] for clip in clips)
    for each in (reference.report, report, report.reference):
        assert each is not None
        assert each.contents == marks
        assert each.protocol == "2 frames even, 1x1 views"
        assert each.clips_digest == reference.report.clips_digest
        assert len(each.clips_digest) == 16


def test_of_an_evaluation_that_ended_early_only_the_clips_that_counted(
    classifier: Model, clips: Clips
) -> None:
    reference = measure_reference(classifier, clips)
    module = classifier.module
    report = measure(module, reference, "same", "t", enough=lambda right, _: len(right) == 3)
    assert report.contents == reference.report.contents[:3]
    assert report.clips_digest == reference.report.clips_digest, "it is of the sample"
    assert len(report.predictions) == len(report.labels) == 3
    assert report.reference is not None
    assert report.reference.contents == report.contents
    assert sum(each.clips for each in classes(report)) == 3


def test_predictions_are_of_every_clip_and_in_no_representation(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(classifier, clips)

    def first(pixels: torch.Tensor) -> torch.Tensor:
        return torch.eye(16)[:1]

    report = measure(first, reference, "first", "t")
    assert report.label_names == classifier.labels
    assert report.predictions == (0,) * len(clips)
    assert [report.label_names[label] for label in report.labels] == [clip.label for clip in clips]
    said = tuple(label == answer for label, answer in zip(report.labels, report.predictions, strict=True))
    assert said == report.outcomes
    found = classes(report)
    assert sum(each.now for each in found) == sum(report.outcomes)
    assert sum(each.before for each in found) == sum(reference.report.outcomes)
    assert not any(name in repr(report) for name in ("predictions", "label_names", "contents"))


def test_a_file_that_went_away_meanwhile_is_named(classifier: Model, clips: Clips, tmp_path: Path) -> None:
    clip = clips[0]
    moved = Clip(clip.id, clip.label, Path(copy(clip.path, tmp_path)))
    ids = {label: position for position, label in enumerate(clips.labels)}
    one = Clips([moved], clips.labels, ids, classifier.profile)
    reference = measure_reference(classifier, one)
    moved.path.unlink()
    with pytest.raises(VidcompressError, match="changed while tests ran"):
        identified(reference.report, classifier, one)
