"""Exact rewrites: nothing may change but the time."""

import pytest


@pytest.mark.vc_variants("fuse")
@pytest.mark.vc_budget(top1_drop=0.0, agreement=1.0, kl=1e-6, latency_ratio=1.0)
def test_fusion_changes_nothing_but_time(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))
