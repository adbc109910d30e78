"""Easy clips leave early: a small student of integers answers them, and the large model of integers the others."""

import pytest

STUDENT = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5+fuse+int8-static"
CASCADE = f"cascade:first=({STUDENT}),then=(fuse+int8-static)"


@pytest.mark.vc_variants(CASCADE, model="timesformer*")
@pytest.mark.vc_variants(CASCADE, model="videomae*")
@pytest.mark.vc_budget(size_ratio=0.40, latency_ratio=0.5, top1_drop=0.03)
def test_a_cascade_asks_its_large_model_seldom(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    assert report.exit_shares["then"].low <= 0.3
    vc_baseline.check(report)
