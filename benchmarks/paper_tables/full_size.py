"""All rows of the study's tables, on models of its size and without budgets.

    pytest benchmarks/paper_tables/full_size.py --vc-model=timesformer --vc-weights=random \
        --vc-clips=<a Kinetics folder> --vc-sample=6 --vc-json=benchmarks/paper_tables/timesformer.json

No other run collects it: `pytest benchmarks` has the same variants, each in the test that holds it.
"""

import pytest

from benchmarks import study


@pytest.mark.vc_variants(*study.recipes("timesformer"), model="*timesformer*")
@pytest.mark.vc_variants(*study.recipes("videomae"), model="*videomae*")
def test_study_variant(vc_variant, vc_measure):
    study.check_sparsity(vc_measure(vc_variant))
