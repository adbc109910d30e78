"""Search: every clip asks for all others by its embedding, and compression keeps who is nearest."""

import pytest

STUDENT = "frames:keep=4,choice=first+distil:steps=8000,batch=32,rate=0.001,representation=1,labels=0.5"


@pytest.mark.vc_variants("fuse+int8-static")
@pytest.mark.vc_budget(recall_at_1_drop=0.01, agreement_at_10=0.95, asymmetric_recall_at_1_drop=0.01)
def test_integers_find_what_the_model_finds(vc_variant, vc_measure, vc_baseline):
    vc_baseline.check(vc_measure(vc_variant, search=True))


@pytest.mark.vc_variants(f"{STUDENT}+fuse+int8-static", model="videomae*")
@pytest.mark.vc_budget(recall_at_1_drop=0.06, asymmetric_recall_at_1_drop=0.04)
def test_a_student_asks_in_its_teachers_index(vc_variant, vc_measure, vc_baseline):
    """It learned its teacher's representation, so that an index which the teacher made need not be made again."""
    vc_baseline.check(vc_measure(vc_variant, search=True))
