"""The control: the model itself as a variant. Where this fails, it is the machine or the gate, and no compression."""

import pytest


@pytest.mark.vc_variants("fp32")
def test_an_unchanged_model_holds(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))
