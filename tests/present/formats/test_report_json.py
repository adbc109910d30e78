from __future__ import annotations

import json
import math
from dataclasses import replace

from pytest_vidcompress.gate.baseline.stored import Baseline
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.measure.divergence.divergence import BlockError, Divergence
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.report import PublishedAccuracy
from pytest_vidcompress.present.formats.report_json import as_json
from tests.gate.reports import report
from tests.present.verdicts import BLIND, BUDGET, LATENCY, MACS, TOP1


def test_flat_with_intervals_and_verdicts() -> None:
    now = report()
    flat = as_json(now, judge(now, Baseline(), Budget({"size_bytes": 1})))
    assert flat["top1"] == 0.9
    assert flat["top1_interval"] == [now.top1.low, now.top1.high]
    assert flat["size_ratio"] == 0.25
    assert (flat["verdict"], flat["verdict_size_bytes"], flat["budget_size_bytes"]) == (
        "failed",
        "new",
        "failed",
    )
    assert not {"outcomes", "clip_ids", "log_ratios", "contents", "predictions", "labels"} & set(flat)
    known = as_json(report(protocol="16x4, 1x1 views", clips_digest="0123456789abcdef"))
    assert (known["protocol"], known["clips_digest"]) == ("16x4, 1x1 views", "0123456789abcdef")


def test_the_published_protocol_is_there_where_it_is_known() -> None:
    label = "measured with 1x1 views of 16x4; published 81.5 % is for 5x3 views of 16x4"
    flat = as_json(report(published=PublishedAccuracy("16x4, 5x3 views", 0.815, label)))
    assert (flat["published_protocol"], flat["published_top1"]) == ("16x4, 5x3 views", 0.815)
    assert flat["protocol_label"] == label
    same = as_json(report(published=PublishedAccuracy("16x4, 1x1 views")))
    assert (same["published_protocol"], same["published_top1"]) == ("16x4, 1x1 views", None)
    assert "protocol_label" not in same
    assert "published_protocol" not in as_json(report())


def test_a_verdict_has_what_decided() -> None:
    flat = as_json(report(sample=640), (TOP1, BUDGET, MACS))
    assert flat["verdict_top1"] == "failed"
    assert flat["verdict_top1_limit"] == 0.89
    assert flat["verdict_top1_evidence"] == "100 clips, 20 lost, 0 gained, p=9.5e-07"
    assert flat["verdict_top1_visible"] == 0.0187
    assert (flat["budget_size_ratio_limit"], flat["budget_size_ratio_evidence"]) == (0.1, "")
    assert (flat["clips"], flat["sample"]) == (100, 640)


def test_what_is_ruled_out_is_beside_what_could_have_been_seen() -> None:
    early = replace(LATENCY, visible=1.056, ruled_out=0.042)
    flat = as_json(report(), (early, MACS))
    assert (flat["verdict_latency_ratio_visible"], flat["verdict_latency_ratio_ruled_out"]) == (1.056, 0.042)
    assert "verdict_macs_ruled_out" not in flat


def test_blind_is_null_and_exact_is_absent() -> None:
    flat = json.loads(json.dumps(as_json(report(), (BLIND, MACS)), allow_nan=False))
    assert flat["verdict_agreement_visible"] is None
    assert flat["verdict_agreement_limit"] is None
    assert "verdict_macs_visible" not in flat


def test_is_json_whatever_was_measured() -> None:
    flat = as_json(report(kl=Estimate(math.inf), latency_ratio=None, reference=None))
    assert json.loads(json.dumps(flat, allow_nan=False)) == flat
    assert flat["kl"] is None
    assert flat["kl_interval"] == [None, None]
    assert "verdict" not in flat


def test_where_a_failed_accuracy_leaves_the_reference() -> None:
    assert "divergence" not in as_json(report())
    found = as_json(report(divergence=Divergence((BlockError("stem", 0.41, 0.4),), clips=4)))["divergence"]
    assert (found["first"], found["clips"]) == ("stem", 4)
    assert found["blocks"] == [{"name": "stem", "error": 0.41, "own": 0.4, "added": 0.4}]


def test_where_clips_left_is_there_of_what_they_may_leave_early() -> None:
    assert "exits" not in as_json(report())
    assert as_json(report(exits={"first": 90, "then": 10}))["exits"] == {"first": 90, "then": 10}
