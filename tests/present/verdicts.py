"""Verdicts for the tests of present, each made as the gate makes them, without measuring."""

from __future__ import annotations

import math

from pytest_vidcompress.gate.verdict import Remedy, Status, Verdict

TOP1 = Verdict(
    metric="top1",
    status=Status.FAILED,
    measured=0.7,
    stored=0.9,
    limit=0.89,
    reason="lost 20.00 points, more than chance explains",
    evidence="100 clips, 20 lost, 0 gained, p=9.5e-07",
    interval=(0.604, 0.7811),
    visible=0.0187,
    remedy=Remedy.ACCEPT,
)
SIZE = Verdict(
    "size_bytes", Status.FAILED, 3_000_001, 3_000_000, 3_000_000, "larger than stored", remedy=Remedy.ACCEPT
)
LATENCY = Verdict(
    metric="latency_ratio",
    status=Status.INCONCLUSIVE,
    measured=1.0834,
    stored=1.0,
    limit=1.05,
    reason="slower than the recorded run plus 5%, but this may be noise",
    evidence="24 pairs in 2 processes, p=0.03",
    interval=(0.99, 1.1751),
    visible=0.031,
    remedy=Remedy.LONGER,
)
BLIND = Verdict(
    "agreement",
    Status.NEW,
    0.95,
    None,
    None,
    "nothing is stored",
    "5 clips",
    visible=math.inf,
    remedy=Remedy.CREATE,
)
MACS = Verdict("macs", Status.PASSED, 1_000, 1_000, 1_000, "as stored")
BUDGET = Verdict("size_ratio", Status.FAILED, 0.25, None, 0.1, "above the budget", rule="budget")
EVERY = (MACS, LATENCY, BLIND, TOP1, BUDGET, SIZE)
