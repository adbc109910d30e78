"""What a session looks at beside the numbers: each reference once, the machine once, and only where it is wanted."""

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.clips.sample import sample
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.measurement import measure, measure_reference
from pytest_vidcompress.measure.profile import peak, trace
from pytest_vidcompress.measure.profile.hotspots import Hotspots
from pytest_vidcompress.measure.profile.profiler import Profiler
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.model import Model
from tests.gate.reports import changed


@pytest.fixture(scope="module")
def reference():
    found, profile = pocket(), Profile(2, 4, 16, sampling="even")
    ids = {label: position for position, label in enumerate(found.labels)}
    module = nn.Sequential(nn.Flatten(), nn.Linear(2 * 3 * 16 * 16, len(found.labels))).eval()
    clips = Clips(sample(found.clips, 2, 0), found.labels, ids, profile)
    return measure_reference(Model("dense", module, profile, found.labels), clips)


@pytest.fixture
def looked(monkeypatch):
    """What was looked at, in order; without really doing so."""
    seen = []

    def hotspots(run, pixels, progress=None):
        assert pixels.shape == (1, 2, 3, 16, 16)
        seen.append(run)
        return Hotspots(runs=len(seen))

    def peak_macs_per_s(progress, device):
        seen.append("peak")
        return 1e11

    monkeypatch.setattr(trace, "hotspots", hotspots)
    monkeypatch.setattr(peak, "peak_macs_per_s", peak_macs_per_s)
    return seen


def measured(reference, latency=None):
    report = measure(Subject.of(reference.model.module), reference, "same", "t")
    beside = changed(report.reference, latency=Estimate(2.0) if latency else None)
    return changed(report, latency=Estimate(latency) if latency else None, reference=beside)


def test_nothing_is_looked_at_unasked(reference, looked):
    report = measured(reference, 1.0)
    assert (
        Profiler(hotspots=False, peak=False).look(report, Subject.of(reference.model.module), reference)
        == report
    )
    assert looked == []


def test_the_reference_and_the_machine_are_looked_at_once(reference, looked):
    profiler, variant = Profiler(hotspots=True, peak=True), nn.Sequential(nn.Flatten())
    first, second = (
        profiler.look(measured(reference, 1.0), Subject.of(variant), reference) for _ in range(2)
    )
    assert looked == ["peak", reference.model.module, variant, variant]
    assert first.reference.execution.hotspots is second.reference.execution.hotspots
    assert first.execution.hotspots != second.execution.hotspots
    assert first.execution.peak_macs_per_s == first.reference.execution.peak_macs_per_s == 1e11
    assert first.peak_share == first.macs / 1.0 / 1e11
    assert first.reference.peak_share == first.macs / 2.0 / 1e11


def test_without_a_latency_there_is_no_speed(reference, looked):
    report = Profiler(hotspots=False, peak=True).look(measured(reference), reference.model.module, reference)
    assert looked == []
    assert report.execution.peak_macs_per_s is report.macs_per_s is report.peak_share is None


def test_a_report_says_what_ran(reference):
    report = measured(reference)
    assert (
        report.execution.isa
        == report.reference.execution.isa
        == torch.backends.cpu.get_cpu_capability().lower()
    )
    assert report.cost.coverage == report.reference.cost.coverage
    assert report.cost.coverage.macs_int8 == 0
    assert sum(left.macs for left in report.cost.coverage.left) == pytest.approx(1)
    callable_ = measure(Subject.of(lambda pixels: reference.model.module(pixels)), reference, "c", "t")
    assert (callable_.cost.coverage, callable_.execution.isa) == (None, "")
