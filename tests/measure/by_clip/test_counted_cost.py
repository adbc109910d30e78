from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.measure.by_clip.counted_cost import usual_clip
from pytest_vidcompress.measure.cost.cost import Cost
from pytest_vidcompress.measure.measurement import first_clip, measure, measure_reference, timed
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.model import Model


class Busy(nn.Module):
    """Computes the same once more for every so much of brightness."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module
        self.shown: list[float] = []

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.shown.append(float(pixels.sum()))
        times = 1 + int(1e4 * float(pixels.abs().mean())) % 5
        return torch.stack([self.module(pixels) for _ in range(times)]).mean(0)


def test_each_clip_is_counted_and_timed_and_the_other_numbers_stay(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(classifier, clips)
    assert reference.report.cost.macs_by_clip == ()
    busy = Busy(classifier.module).eval()
    report = measure(Subject.of(busy), reference, "busy", "t")
    cost = report.cost
    assert cost.shown.ids == report.identity.clip_ids
    assert len(cost.macs_by_clip) == len(clips)
    assert len(set(cost.macs_by_clip)) > 1
    assert reference.report.macs is not None
    assert all(macs % reference.report.macs == 0 for macs in cost.macs_by_clip)
    assert report.agreement == 1
    busy.shown.clear()
    timing = timed(
        report, Subject.of(busy), reference, clearly_fine=lambda _: pytest.fail("is not asked")
    ).timing
    assert timing is not None
    assert timing.calls is not None
    assert timing.calls.by_clip
    # Eight clips; six of them divide the sixty pairs.
    assert len(set(timing.calls.clip_ids)) == 6


def test_the_usual_clip_is_the_first_of_the_median_work(clips: Clips) -> None:
    pixels = [views[:1] for views, _ in clips.batches(1)]
    assert torch.equal(usual_clip(clips, Cost(macs=5)), first_clip(clips))
    macs = (9, 1, 4, 4, 8, 2, 4, 7)
    assert torch.equal(usual_clip(clips, Cost(macs=5, macs_by_clip=macs)), pixels[2])
