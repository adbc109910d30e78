"""Pruning: what zeros cost. The study's two kinds, on whatever models and clips the options name."""

import pytest


@pytest.mark.vc_variants("prune-global", "prune-global:amount=0.4", "prune-global:amount=0.6")
def test_global_pruning_holds(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants("prune-global:amount=0.5,score=second-order", "lowrank")
@pytest.mark.vc_budget(top1_drop=0.03, agreement=0.95)
def test_what_is_taken_is_made_up_for(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants("prune-local-attention", "prune-local-dense", "prune-local-both")
@pytest.mark.vc_variants("prune-local-attention:amount=0.4", "prune-local-dense:amount=0.4")
@pytest.mark.vc_variants("prune-local-both:amount=0.4")
def test_local_pruning_holds(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    if report.execution.runtime == "torch":  # the files of other runtimes are their own
        assert 1 - report.size_ratio > 0.7 * report.sparsity, "zeros are bytes saved"
    vc_baseline.check(report)
