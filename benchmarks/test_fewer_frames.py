"""Students that look at a tenth of their teacher's frames, where clips are long:

pytest benchmarks/test_fewer_frames.py --vc-clips=events --vc-model=hrnn --vc-model=netvlad --vc-model=nextvlad

They come trained with the repository; the packaged transformers of short clips have no part in it.
"""

import pytest

KEEP = 6
STUDENT = (
    f"frames:keep={KEEP}+distil:steps=100,batch=32,rate=0.002,statistics=true,"
    "temperature=1,labels=1,representation=5"
)


def check(variant, measure, baseline):
    report = measure(variant)
    # Every stage of what grows with the frames.
    assert report.macs <= 0.2 * report.reference.macs
    baseline.check(report)


@pytest.mark.vc_variants(STUDENT, model="hrnn")
@pytest.mark.vc_budget(answer_ratio=0.7, gap_drop=0.02)
def test_a_recurrent_student_holds(vc_variant, vc_measure, vc_baseline):
    check(vc_variant, vc_measure, vc_baseline)


@pytest.mark.vc_variants(STUDENT, model="netvlad")
@pytest.mark.vc_budget(answer_ratio=0.7, gap_drop=0.02)
def test_a_student_that_clusters_holds(vc_variant, vc_measure, vc_baseline):
    check(vc_variant, vc_measure, vc_baseline)


@pytest.mark.vc_variants(STUDENT, f"{STUDENT}+fuse+int8-static", model="nextvlad")
@pytest.mark.vc_budget(answer_ratio=0.7, gap_drop=0.02)
def test_a_small_student_that_clusters_holds(vc_variant, vc_measure, vc_baseline):
    check(vc_variant, vc_measure, vc_baseline)
