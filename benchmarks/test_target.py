"""A budget instead of a mechanism: `pytest benchmarks --vc-model=timesformer --vc-target=latency:0.5`."""

import pytest


@pytest.mark.vc_variants("target")
def test_a_budget_is_met(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))
