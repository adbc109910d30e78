"""Hotspots and coverage for the tests of present, made without measuring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.cost.coverage import Coverage, Left
from pytest_vidcompress.measure.profile.hotspots import Hotspots, Spot
from pytest_vidcompress.measure.profile.operator_kinds import OUTSIDE
from tests.gate.reports import changed, report

QKV = "timesformer.encoder.layer.*.temporal_attention.attention.qkv"
BEFORE = Hotspots(
    (
        Spot("aten::addmm", "linear", 85, 0.060, 0.060),
        Spot("aten::bmm", "attention matmul", 48, 0.030, 0.030),
        Spot("aten::linear", "linear", 85, 0.001, 0.061),
        Spot(OUTSIDE, OUTSIDE, 1, 0.009, 0.009),
    ),
    (Spot(QKV, "Linear", 12, 0.040, 0.040), Spot("timesformer", "TimesformerModel", 1, 0.060, 0.100)),
    7,
    "torch.profiler",
)
DYNAMIC = replace(
    BEFORE,
    operators=(
        Spot("aten::bmm", "attention matmul", 48, 0.031, 0.031),
        Spot("quantized::linear_dynamic", "linear", 85, 0.020, 0.020),
        Spot(OUTSIDE, OUTSIDE, 1, 0.009, 0.009),
    ),
)
OPENVINO = Hotspots(
    tuple(Spot(f"Node{i}", "linear", 1, 0.001 * (20 - i), 0.001, "brgemm_avx512_i8") for i in range(15)),
    (),
    5,
    "openvino",
)
COVERAGE = Coverage(
    weights_int8=0.9712,
    weights_half=0.0,
    macs_int8=0.7153,
    left=(
        Left("videomae.encoder.layer.*.attention.attention", "VideoMAESelfAttention", 0.0, 0.25),
        Left("videomae.embeddings.patch_embeddings.projection", "Conv3d", 0.0136, 0.0347),
        Left("videomae.encoder.layer.*.layernorm_before", "LayerNorm", 0.0076, 0.0),
        Left("videomae.encoder.layer.*.output.dense", "bias", 0.0076, 0.0),
    ),
)


def profiled(hotspots: Hotspots | None = DYNAMIC, before: Hotspots | None = BEFORE, **changes: Any) -> Result:
    made = report(**changes)
    assert made.reference is not None
    return Result(changed(made, hotspots=hotspots, reference=changed(made.reference, hotspots=before)))


def covered(coverage: Coverage = COVERAGE, **changes: Any) -> Result:
    return Result(report(coverage=coverage, **changes))
