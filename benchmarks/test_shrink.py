"""Removal: fewer multiplications and bytes, at an accuracy that is really kept; not zeros in their places."""

import pytest


@pytest.mark.vc_variants("shrink:mlp=0.5,width=0.125")
@pytest.mark.vc_budget(size_ratio=0.75, top1_drop=0.03)
def test_fewer_neurons_and_channels_hold(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    # What is gone is not computed.
    assert report.macs <= 0.70 * report.reference.macs
    vc_baseline.check(report)
