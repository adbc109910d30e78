"""Modules whose calls differ, timed beside their reference by a clock that only they move: no machine is in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.gate.baseline.stored import Baseline, StoredTiming
from pytest_vidcompress.gate.budget import Margins
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.latency.tail_rule import stopping, tail_criteria
from pytest_vidcompress.gate.verdict import Status
from pytest_vidcompress.measure.latency import pairs, stopwatch
from pytest_vidcompress.measure.latency.percentiles import CALLS_OF_P99, slow_clips
from pytest_vidcompress.measure.measurement import (
    Reference,
    measure,
    measure_reference,
    timed,
    timed_for,
    timed_on,
)
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.model import Model

ALPHA = 0.001


class Clock:
    """Goes on when somebody computes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stopwatch, "now_s", made.now)
    monkeypatch.setattr(pairs, "now_s", made.now)
    return made


class Taking(nn.Module):
    """A classifier that takes some milliseconds, a little more or less from call to call.

    Args:
        every: so manieth calls take `times` as long; 0 for none.
        still: clips whose pixels vary less than this take `times` as long.
    """

    def __init__(
        self, module: nn.Module, clock: Clock, seconds: float, every: int = 0, times: float = 2.0
    ) -> None:
        super().__init__()
        self.module, self._clock, self._seconds = module, clock, seconds
        self._every, self._times = every, times
        self._calls = 0
        self.shown: list[float] = []

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self._calls += 1
        self.shown.append(float(pixels.sum()))
        slow = self._times if self._is_slow(pixels) else 1.0
        self._clock.seconds += self._seconds * slow * (1 + 0.01 * (self._calls * 7 % 5))
        return self.module(pixels)

    def _is_slow(self, pixels: torch.Tensor) -> bool:
        return self._every > 0 and self._calls % self._every == 0


@pytest.fixture
def reference(classifier: Model, clips: Clips, clock: Clock) -> Reference:
    return measure_reference(replace(classifier, module=Taking(classifier.module, clock, 0.010)), clips)


def timed_report(module: nn.Module, reference: Reference) -> Report:
    subject = Subject.of(module)
    return timed(measure(subject, reference, "mine", "t"), subject, reference)


def recorded(reports: list[Report]) -> Baseline:
    timing = StoredTiming()
    for each in reports:
        run = StoredTiming.of(each)
        timing = timing.plus(run).plus_tail(run)
    return Baseline(timing=timing)


def test_one_slow_call_in_eight_is_red_on_p90_and_not_on_the_median(
    reference: Reference, clock: Clock
) -> None:
    plain = reference.model.module.module
    baseline = recorded([timed_report(Taking(plain, clock, 0.006), reference) for _ in range(3)])
    held = tail_criteria(baseline, None, Margins(), ALPHA)
    statuses = dict[int, dict[str, Status]]()
    for every in (0, 8):
        module = Taking(plain, clock, 0.006, every)
        report = timed_report(module, reference)
        assert report.timing is not None
        enough = stopping(held, report.timing, ALPHA)
        if enough:
            report = timed_on(report, Subject.of(module), reference, enough, 30.0)
        verdicts = judge(report, baseline, margins=Margins(), alpha=ALPHA)
        statuses[every] = {each.metric: each.status for each in verdicts}
    metrics = ("latency_ratio", "latency_p90_ratio")
    assert [statuses[0][metric] for metric in metrics] == [Status.PASSED, Status.PASSED]
    assert [statuses[8][metric] for metric in metrics] == [Status.PASSED, Status.FAILED]


def test_both_arms_are_given_the_same_clips_in_turns(
    reference: Reference, clock: Clock, clips: Clips
) -> None:
    beside = reference.model.module
    module = Taking(beside.module, clock, 0.006)
    subject = Subject.of(module)
    report = measure(subject, reference, "mine", "t")
    module.shown.clear()
    beside.shown.clear()
    timing = timed(report, subject, reference).timing
    assert timing is not None
    assert timing.calls is not None
    # The first two are the warm-up.
    assert module.shown[2:] == beside.shown[2:]
    assert len(set(module.shown)) == 6
    ids = [clip.id for clip in clips[:6]]
    assert timing.calls.clip_ids == tuple(ids[pair % 6] for pair in range(len(timing.calls.variant_s)))


def test_the_clips_that_take_longer_are_named(reference: Reference, clock: Clock, clips: Clips) -> None:
    still = float(reference.timed_clips.pixels[3].sum())

    class ByClip(Taking):
        def _is_slow(self, pixels: torch.Tensor) -> bool:
            return abs(float(pixels.sum()) - still) < 1e-3

    timing = timed_report(ByClip(reference.model.module.module, clock, 0.006), reference).timing
    assert timing is not None
    assert timing.calls is not None
    found = slow_clips(timing.calls)
    assert [*found] == [clips[3].id]
    assert found[clips[3].id] == pytest.approx(2.0, rel=0.03)


def test_so_many_calls_bound_p99(reference: Reference, clock: Clock) -> None:
    module = Taking(reference.model.module.module, clock, 0.006, every=50, times=3.0)
    report = timed_report(module, reference)
    assert report.latency_p99 is report.latency_jitter is None
    longer = timed_for(report, Subject.of(module), reference, CALLS_OF_P99)
    assert longer.latency_p99 == pytest.approx(0.018, rel=0.05)
    assert longer.latency_jitter == pytest.approx(0.012, rel=0.05)
    assert longer.timing is not None
    assert longer.timing.calls is not None
    assert longer.timing.more_calls is None
    assert longer.latency == report.latency
