from __future__ import annotations

import math

import pytest

from pytest_vidcompress.gate.metrics import METRICS
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.present.cells import cell, heading, scale
from tests.gate.reports import report
from tests.measure.by_clip.costs import uneven


@pytest.mark.parametrize(
    ("metric", "changes", "shown", "of_the_reference"),
    [
        ("top1", {"top1": Estimate(0.887)}, "88.7 (-1.3)", "90.0"),
        ("top1", {"top1": Estimate(0.9)}, "90.0 (+0.0)", "90.0"),
        ("agreement", {}, "95.0", "-"),
        ("size_bytes", {"size_bytes": 120_000}, "0.12 (1%)", "12.0"),
        ("size_bytes", {"size_bytes": 1_234_000_000}, "1234 (10283%)", "12.0"),
        ("size_bytes", {"size_bytes": None}, "-", "12.0"),
        ("sparsity", {}, "20.0", "0.0"),
        ("macs", {"macs": 127_000_000}, "0.127", "1.5"),
        ("latency_ratio", {"latency_ratio": Estimate(0.5, 0.48, 0.55)}, "0.50 ±10%", "-"),
        ("latency_ratio", {"latency_ratio": Estimate(0.5, 0.4, math.inf)}, "0.50", "-"),
        ("latency_ratio", {"latency_ratio": None}, "-", "-"),
    ],
)
def test_a_number_and_what_it_is_to_the_reference(
    metric: str, changes: dict, shown: str, of_the_reference: str
) -> None:
    row, now = METRICS[metric], report(**changes)
    assert now.reference is not None
    by = scale(row, [now, now.reference])
    assert cell(row, now, by) == shown
    assert cell(row, now.reference, by, base=True) == of_the_reference


def test_a_mean_of_clips_is_marked_in_the_column_of_macs_alone() -> None:
    row, now = METRICS["macs"], uneven([100_000_000, 300_000_000])
    assert cell(row, now, 1e6) == "200~"
    assert cell(METRICS["size_bytes"], now, 1e6) == "3.00 (25%)"


def test_headings_have_the_unit_of_their_numbers() -> None:
    assert heading(METRICS["size_bytes"], scale(METRICS["size_bytes"], [report()])) == "size MB"
    for macs, title in ((1_500_000_000, "GMACs"), (127_000_000, "MMACs")):
        alone = report(macs=macs, reference=None)
        assert heading(METRICS["macs"], scale(METRICS["macs"], [alone])) == title
    assert heading(METRICS["top1"], 1.0) == "top-1"
