"""What the study pruned (its figures 5 and 6): in TimeSformer, and locally in VideoMAE, 11 of the 12 layers.

The other rows of its tables are the variants of the other files; all are printed beside what it published.
"""

import pytest

from benchmarks import study

LOCAL = [f"prune-local-{scope}:{study.ALL_BUT_ONE}" for scope in ("attention", "dense", "both")]


@pytest.mark.vc_variants(f"prune-global:{study.ALL_BUT_ONE}", *LOCAL, model="*timesformer*")
@pytest.mark.vc_variants(*LOCAL, model="*videomae*")
def test_study_variant_holds(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    study.check_sparsity(report)
    vc_baseline.check(report)
