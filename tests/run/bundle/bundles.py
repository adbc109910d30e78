"""A bundle for tests, made without measuring."""

from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.measure.divergence.divergence import BlockError, Divergence
from pytest_vidcompress.run.bundle.bundle import Bundle, Failed, Flip, TakenClips
from tests.present.verdicts import BUDGET, LATENCY, MACS, TOP1

BUNDLE = Bundle(
    Failed(
        "benchmarks/test_q.py::test_holds[videomae-int8-dynamic]",
        1,
        "pytest 'benchmarks/test_q.py::test_holds[videomae-int8-dynamic]' --vc-sample=3",
        "int8-dynamic",
        "int8-dynamic",
        "videomae",
        "trained",
        "torch",
    ),
    tuple(replace(each, visible=None, interval=None) for each in (MACS, TOP1, LATENCY, BUDGET)),
    TakenClips("pocket", 0, 640, "8x4, 1x1 views", "0123456789abcdef", ("a", "b", "c"), ("up", "down")),
    (Flip("b", "val/b.mp4", "00" * 32, "up", "up", "down"),),
    Divergence(
        (BlockError("stem", 0.0, 0.0), BlockError("layer.3", 0.41, 0.4)), clips=1, flipped=1, changed=1
    ),
    {"python": "3.11.7", "cpu": "AMD EPYC"},
    {"top1": 0.7, "notes": ["int8 engine onednn"]},
)
