from __future__ import annotations

from typing import Any

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.terminal.speed import speed_lines
from tests.gate.reports import changed, report


def timed(name: str = "int8-static", **changes: Any) -> Result:
    """1.5 GMAC in 10 ms beside a reference of 50 ms, where 100 GMAC/s is the peak."""
    made = report(name=name, latency=Estimate(0.01), isa="avx512_vnni", peak_macs_per_s=1e11, **changes)
    assert made.reference is not None
    reference = changed(made.reference, name="reference", isa="avx512", peak_macs_per_s=1e11)
    return Result(changed(made, reference=reference))


def test_achieved_speed_beside_the_peak() -> None:
    lines = speed_lines([timed(), timed("fp16", macs=None)])
    assert [line.split() for line in lines[2:5]] == [
        ["reference", "avx512", "30.0", "30", "%"],
        ["int8-static", "avx512_vnni", "150.0", "150", "%"],
        ["fp16", "avx512_vnni", "-", "-"],
    ]
    assert lines[5].startswith("fp32 peak: 100.0 GMAC/s")
    assert all(len(line) <= 100 for line in speed_lines([timed("shrink:mlp=0.3+" * 12)]))


def test_without_a_peak_nothing_is_said() -> None:
    assert speed_lines([Result(report())]) == []
    assert report().peak_share is None
    assert report(latency=None).macs_per_s is None


def test_json() -> None:
    flat = as_json(timed().report)
    assert flat["isa"] == "avx512_vnni"
    assert flat["macs_per_s"] == pytest.approx(1.5e11)
    assert (flat["peak_macs_per_s"], flat["peak_share"]) == (1e11, pytest.approx(1.5))
    assert flat["reference_macs_per_s"] == pytest.approx(3e10)
    assert "peak_share" not in as_json(report())
