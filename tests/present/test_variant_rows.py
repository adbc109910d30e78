from __future__ import annotations

import pytest

from pytest_vidcompress.gate import metrics
from pytest_vidcompress.gate.metrics import SHARE, Metric
from pytest_vidcompress.gate.verdict import Result, Status, Verdict
from pytest_vidcompress.present.formats.junit import properties
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.message import message
from pytest_vidcompress.present.terminal.table import tables
from pytest_vidcompress.present.variant_rows import variant_rows
from tests.gate.reports import ranked, report
from tests.present.verdicts import MACS, SIZE


def test_the_reference_is_that_of_most_clips_and_the_worst_variant_below_it() -> None:
    few, many = report((True,) * 50, name="fp16"), report((True,) * 90, name="fuse")
    rows = variant_rows([Result(few, (MACS,)), Result(many, (SIZE,))])
    assert rows.reference is many.reference
    assert rows.columns[0].cells == ("fp32", "fuse", "fp16")
    assert rows.columns[1].cells == ("reference", "failed", "passed")
    assert rows.columns[2].cells == ("90", "90", "50")
    assert rows.differing_clips


def test_a_new_metric_is_shown_everywhere_by_its_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report's share of the reference's top-1 stands for what somebody may add."""
    monkeypatch.setitem(
        metrics.METRICS,  # type: ignore[arg-type]
        "top1_ratio",
        Metric("top1_ratio", "accuracy", SHARE, "higher", "paired", heading="share"),
    )
    now = report(name="fp16")
    verdict = Verdict("top1_ratio", Status.FAILED, 0.5, 0.9, 0.8, "less than stored")
    assert "share" in tables([Result(now, (verdict,))])[1].text.split()
    assert as_json(now, (verdict,))["top1_ratio"] == 1.0
    assert as_json(now, (verdict,))["verdict_top1_ratio"] == "failed"
    assert "top1_ratio failed: measured 50.00 %, stored 90.00 %, limit 80.00 %" in message(now, [verdict])
    assert properties(now, [verdict])["vidcompress.fp16.top1_ratio"].startswith("failed: measured 50.00 %")


def test_rankings_are_shown_where_clips_may_have_several_labels() -> None:
    plain, several = report(name="fp16"), ranked(report(name="fuse"), (0.75,) * 100)
    assert not {"GAP", "mAP"} & {column.heading for column in variant_rows([Result(plain)]).columns}
    columns = {column.heading: column.cells for column in variant_rows([Result(several)]).columns}
    assert columns["GAP"] == ("80.0", "75.0 (-5.0)")
    assert columns["mAP"] == ("60.0", "60.0 (+0.0)")
    flat = as_json(several)
    assert (flat["gap"], flat["gap_interval"]) == (0.75, [0.73, 0.77])
    assert flat["gap_drop"] == pytest.approx(0.05)
    assert as_json(plain)["gap"] is as_json(plain)["gap_drop"] is None
