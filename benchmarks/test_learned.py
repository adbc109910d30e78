"""Recipes that learned: `learned/` has what `python training/learned.py` made, so nothing is trained here."""

import pytest

STUDENT = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5+fuse+int8-static"
HALF = (
    "frames:keep=4,choice=first+distil:steps=8000,batch=32,rate=0.001,representation=1,labels=0.5"
    "+fuse+int8-static"
)
ZEROS = "prune-gradual:steps=1500"


@pytest.mark.vc_variants(STUDENT, model="timesformer*")
@pytest.mark.vc_variants(STUDENT, model="videomae*")
@pytest.mark.vc_budget(size_ratio=0.15, latency_ratio=0.5, top1_drop=0.04)
def test_a_small_student_of_integers_holds(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    # What is gone is not computed.
    assert report.parameters <= 0.25 * report.reference.parameters
    vc_baseline.check(report)


@pytest.mark.vc_variants(ZEROS, model="timesformer*")
@pytest.mark.vc_variants(ZEROS, model="videomae*")
@pytest.mark.vc_budget(size_ratio=0.30, top1_drop=0.04)
def test_learned_zeros_are_bytes_saved(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))


@pytest.mark.vc_variants(HALF, model="videomae*")
@pytest.mark.vc_budget(macs_ratio=0.5, latency_ratio=0.5, top1_drop=0.04)
def test_a_student_of_half_the_frames_holds(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant))
