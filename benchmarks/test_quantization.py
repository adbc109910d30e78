"""Quantization: a file that is really smaller, at an accuracy that is really kept, and no slower."""

import pytest


@pytest.mark.vc_variants("int8-dynamic")
@pytest.mark.vc_budget(size_ratio=0.45, top1_drop=0.03)
def test_int8_holds(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants("fp16")
@pytest.mark.vc_budget(size_ratio=0.51, top1_drop=0.005, latency_ratio=1.10)
def test_fp16_halves_the_file(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants("bf16", "fuse+bf16")
@pytest.mark.vc_budget(size_ratio=0.51, top1_drop=0.01, agreement=0.99, latency_ratio=1.10)
def test_bf16_halves_the_file(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants("int8-weights")
@pytest.mark.vc_budget(size_ratio=0.30, top1_drop=0.01, agreement=0.97, latency_ratio=1.10)
def test_int8_weights_quarter_the_file(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants("fuse+int8-static")
@pytest.mark.vc_budget(size_ratio=0.40, top1_drop=0.005, agreement=0.97, latency_ratio=0.75)
def test_static_int8_is_smaller_and_faster(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))
