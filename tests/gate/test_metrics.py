from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_vidcompress.gate.metrics import LIMITS, METRICS, quantity
from pytest_vidcompress.measure.cost.coverage import Coverage
from tests.gate.reports import changed, cold_starts, from_files, pair_times, ranked, report, searching


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("top1", 0.91234, "91.23 %"),
        ("top1_drop", 0.02, "2.00 points"),
        ("size_bytes", 3_000_001, "3,000,001 bytes"),
        ("latency_ratio", 1.23456, "1.235"),
        ("latency", 0.05, "50 ms"),
        ("macs", None, "-"),
    ],
)
def test_quantity(metric: str, value: float | None, text: str) -> None:
    assert quantity(metric, value) == text


def test_every_metric_is_an_attribute_of_a_report() -> None:
    several = ranked(report(coverage=Coverage(0.0, 0.0, 0.5)))
    seen = replace(searching(several), start=cold_starts(), from_file=from_files())
    stages = {"backbone": 3, "aggregator": 2, "classifier": 1}
    whole = changed(seen, calls=pair_times(400), stage_macs=stages)
    assert [name for name, metric in METRICS.items() if metric.of(whole) is None] == []


def test_limits_are_named_after_their_metric_and_what_of_it_they_limit() -> None:
    assert list(LIMITS) == [
        *(
            "top1_drop",
            "top1_ratio",
            "top5_drop",
            "agreement",
            "kl",
            "gap_drop",
            "mean_ap_drop",
        ),
        *(
            "recall_at_1_drop",
            "recall_at_5_drop",
            "recall_at_10_drop",
            "search_mean_ap_drop",
            "agreement_at_10",
        ),
        *("asymmetric_recall_at_1_drop", "reverse_recall_at_1_drop", "vector_bytes", "vector_ratio"),
        *(
            "size_bytes",
            "size_ratio",
            "parameters",
        ),
        *("macs_ratio", "macs_mean_ratio", "macs_p50_ratio", "macs_p90_ratio", "macs_p95_ratio"),
        *("backbone_macs_ratio", "aggregator_macs_ratio", "classifier_macs_ratio"),
        *(
            "sparsity",
            "integer_share",
            "bf16_share",
            "latency_ratio",
            "latency_p90_ratio",
            "latency_p95_ratio",
        ),
        *(
            "start_ratio",
            "answer_ratio",
            "decode_ratio",
            "backbone_ratio",
            "aggregator_ratio",
            "peak_memory_ratio",
        ),
    ]
    assert [name for name, limit in LIMITS.items() if limit.at_least] == [
        *("top1_ratio", "agreement", "agreement_at_10", "sparsity", "integer_share", "bf16_share"),
    ]


def test_a_limit_finds_its_number() -> None:
    now = report()
    found = {name: limit.of(now) for name, limit in LIMITS.items()}
    assert found["top1_drop"] == 0
    assert found["size_ratio"] == 0.25
    assert found["peak_memory_ratio"] == 0.5
    assert found["agreement"] == 0.95
    itself = replace(now, reference=None)
    assert (LIMITS["top1_drop"].of(itself), LIMITS["size_ratio"].of(itself)) == (0, 1)


@pytest.mark.parametrize("macs", [None, 0])
def test_what_was_not_counted_has_no_ratio(macs: int | None) -> None:
    assert LIMITS["macs_ratio"].of(report(macs=macs)) is None
    now = report()
    assert now.reference is not None
    assert LIMITS["macs_ratio"].of(replace(now, reference=changed(now.reference, macs=macs))) is None


def test_nothing_right_is_a_ratio_of_nothing() -> None:
    assert LIMITS["top1_ratio"].of(report((False,) * 100)) == 0
