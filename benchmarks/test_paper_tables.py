"""The study's tables again (its figures 5 to 8), published beside measured, ours below."""

import pytest

from benchmarks import study

TIMESFORMER = dict.fromkeys([*study.PRUNING["timesformer"], *study.QUANTIZATION["timesformer"], *study.OURS])
VIDEOMAE = dict.fromkeys([*study.PRUNING["videomae"], *study.QUANTIZATION["videomae"], *study.OURS])


@pytest.mark.vc_variants(*TIMESFORMER, model="*timesformer*")
@pytest.mark.vc_variants(*VIDEOMAE, model="*videomae*")
def test_study_variant_holds(vc_variant, vc_measure, vc_baseline):
    report = vc_measure(vc_variant)
    published = study.published_sparsity(report)
    if published is not None:
        assert 100 * report.sparsity == pytest.approx(published, abs=0.02)
    vc_baseline.check(report)
