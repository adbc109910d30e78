from __future__ import annotations

from typing import Any

from pytest_vidcompress.gate.baseline import Stored, StoredTiming
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.present.message import message
from tests.gate.reports import report

BASE = report()
NODE = "benchmarks/test_variants.py::test_variant_holds[timesformer-int8 dynamic]"


def said(strict: bool = False, known: bool = True, budget: Budget | None = None, **changes: Any) -> str:
    now = report(**changes)
    stored, timing = (Stored.of(BASE), StoredTiming.of(BASE)) if known else (None, None)
    return message(now, judge(now, stored, timing, budget), NODE, "--vc-model=timesformer", strict)


def test_a_regression() -> None:
    assert said(size_bytes=3_000_001, outcomes=(True,) * 70 + (False,) * 30).splitlines() == [
        "int8-dynamic of timesformer: 2 of 6 checks did not pass",
        "  top1 failed: measured 70.00 %, stored 90.00 %, limit 89.00 %",
        "    lost 20.00 points, more than chance explains",
        "    100 clips, 20 lost, 0 gained, p=9.5e-07",
        "  size_bytes failed: measured 3,000,001 bytes, stored 3,000,000 bytes, limit 3,000,000 bytes",
        "    larger than stored",
        "",
        f"  see it again:  pytest '{NODE}' --vc-model=timesformer",
        f"  accept it:     pytest '{NODE}' --vc-model=timesformer --vc-baseline=accept",
    ]


def test_a_budget_is_not_accepted() -> None:
    text = said(budget=Budget(size_ratio=0.1))
    assert "size_ratio (budget) failed: measured 0.25, limit 0.1" in text
    assert "vc_budget marker" in text
    assert "--vc-baseline" not in text


def test_new_counts_under_strict() -> None:
    text = said(strict=True, known=False)
    assert "6 of 6 checks did not pass" in text
    assert text.endswith("--vc-baseline=create")


def test_no_clip_has_nothing_to_accept() -> None:
    text = said(outcomes=())
    assert "no clip was measured" in text
    assert "--vc-baseline" not in text


def test_fits_in_100_columns_but_for_commands() -> None:
    text = said(strict=True, size_bytes=1, log_ratios=(0.1,) * 9, outcomes=(True,) * 88 + (False,) * 12)
    assert all(len(line) <= 100 for line in text.splitlines() if "pytest " not in line)
