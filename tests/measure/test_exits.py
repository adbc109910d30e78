from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.exits.staged_module import TwoStages
from pytest_vidcompress.measure.exits import exit_counts_of, in_words
from pytest_vidcompress.measure.measurement import measure, measure_reference
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.model import Model


def test_a_report_says_where_the_clips_of_the_sample_left(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(classifier, clips)
    confidences = reference.logits.softmax(-1).amax(-1)
    threshold = float(confidences.sort().values[3:5].mean())
    staged = TwoStages(classifier.module, classifier.module, threshold=threshold)
    report = measure(Subject.of(staged), reference, "staged", "a test")
    assert report.execution.exits == {"first": 4, "then": 4}
    share = report.exit_shares["then"]
    assert (float(share), share.low < 0.3, share.high > 0.7) == (0.5, True, True)
    assert {*in_words(report.execution.exits)} <= {*report.execution.notes}
    assert report.agreement == 1


def test_of_what_computes_the_same_of_every_clip_nothing_is_said(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(classifier, clips)
    report = measure(Subject.of(classifier.module), reference, "plain", "a test")
    assert (report.execution.exits, report.exit_shares) == ({}, {})
    assert exit_counts_of(nn.Linear(1, 1)) is None
    assert exit_counts_of(lambda pixels: pixels) is None


def test_shares_have_an_interval_in_words() -> None:
    assert in_words({"first": 90, "then": 10}) == (
        "of 100 clips leave 90.0 % at first (82.6 to 94.5), 10.0 % at then (5.5 to 17.4)",
    )
    assert in_words({"first": 8}, views=4)[0].startswith("of 8 views leave 100.0 % at first")
    assert in_words({"first": 0, "then": 0}) == in_words({}) == ()


@pytest.mark.parametrize("wrapped", [False, True])
def test_counts_are_found_in_what_is_wrapped(wrapped: bool) -> None:
    made = TwoStages(nn.Identity(), nn.Identity())
    run = nn.Sequential(made) if wrapped else made
    counts = exit_counts_of(run)
    run(torch.tensor([[0.0, 50.0], [0.0, 0.0]]))
    assert counts is not None
    assert counts.by_name() == {"first": 1, "then": 1}
