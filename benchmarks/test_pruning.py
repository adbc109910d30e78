"""Pruning: what zeros cost. The study's two kinds, on whatever models and clips the options name."""

import pytest


@pytest.mark.vc_variants("prune-global", "prune-global:amount=0.4", "prune-global:amount=0.6")
def test_global_pruning_holds(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants("prune-local-attention", "prune-local-dense", "prune-local-both")
@pytest.mark.vc_variants("prune-local-attention:amount=0.4", "prune-local-dense:amount=0.4")
@pytest.mark.vc_variants("prune-local-both:amount=0.4")
def test_local_pruning_holds(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    # Zeros are stored like any number: pruning alone shrinks nothing.
    assert report.size_ratio == pytest.approx(1, abs=1e-3)
    vc_baseline.check(report)
