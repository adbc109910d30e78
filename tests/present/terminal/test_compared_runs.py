from __future__ import annotations

from typing import Any

from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.terminal.compared_runs import changes
from tests.gate.reports import report


def benchmark(name: str, **numbers: Any) -> dict[str, Any]:
    return {"fullname": name, "extra_info": {"vidcompress": as_json(report(**numbers))}}


def test_what_changed() -> None:
    before: list[dict[str, Any]] = [
        benchmark("same"),
        benchmark("other"),
        benchmark("gone"),
        {"fullname": "foreign", "extra_info": {}},
    ]
    now = [
        benchmark("same", latency_ratio=Estimate(0.92, 0.9, 0.94)),
        benchmark(
            "other",
            size_bytes=3_300_000,
            macs=None,
            latency_ratio=Estimate(1.2, 1.1, 1.3),
            top1=Estimate(0.88),
        ),
        benchmark("new"),
        {"fullname": "foreign"},
    ]
    assert [" ".join(line.split()) for line in changes(before, now)[2:]] == [
        "other top1 90.00 % 88.00 % -2.00 points",
        "other size_bytes 3,000,000 bytes 3,300,000 bytes +10.00%",
        "other macs 1,500,000,000 - gone",
        "other latency_ratio 0.9048 1.2 +32.62%",
        "unchanged: 1 of 2",
        "only before: gone",
        "only now: new",
    ]


def test_fits_in_100_columns() -> None:
    name = "benchmarks/test_variants.py::test_variant_holds[" + "x" * 150 + "]"
    for now in ([benchmark(name, size_bytes=1)], []):
        assert all(len(line) <= 100 for line in changes([benchmark(name)], now))


def test_nothing_to_say() -> None:
    assert changes([], [{"fullname": "foreign", "extra_info": {"x": 1}}]) == []
