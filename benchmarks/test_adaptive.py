"""Work that depends on the clip: easy ones leave a cascade early, and gated convolutions compute what a clip needs.

Gates are for 3-D CNNs: pytest benchmarks/test_adaptive.py --vc-model=r2plus1d
"""

import pytest

STUDENT = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5+fuse+int8-static"
CASCADE = f"cascade:first=({STUDENT}),then=(fuse+int8-static)"
GATED = "va-red:steps=600,batch=32,rate=0.003,options=2,efficiency=0.5"
"""Trained where it is first run, for some minutes."""


@pytest.mark.vc_variants(CASCADE, model="timesformer*")
@pytest.mark.vc_variants(CASCADE, model="videomae*")
@pytest.mark.vc_budget(size_ratio=0.40, latency_ratio=0.5, top1_drop=0.03)
def test_a_cascade_asks_its_large_model_seldom(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    assert report.exit_shares["then"].low <= 0.3
    vc_baseline.check(report)


@pytest.mark.vc_variants(GATED, model="r2plus1d")
@pytest.mark.vc_budget(macs_ratio=0.8, top1_drop=0.03)
def test_gated_convolutions_compute_less(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))
