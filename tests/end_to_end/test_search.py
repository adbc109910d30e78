"""`vc_measure(..., search=True)`: what embeddings find is stored, held, budgeted and shared as all else is."""

from __future__ import annotations

import pytest

from tests.options.sharing import measured

QUICK = ("--benchmark-disable", "--vc-sample=64")
TURNED = """
    import torch

    def test_turned(vc_model, vc_measure, vc_baseline):
        module = vc_model.module
        turn = torch.ones(module.classifier.in_features)
        turn[::2] = {sign}
        # What the classifier is given is turned, and so is what it makes of it: every answer stays as it was.
        module.fc_norm.weight.data.mul_(turn)
        module.fc_norm.bias.data.mul_(turn)
        module.classifier.weight.data.mul_(turn)
        vc_baseline.check(vc_measure(module, search=True))
    """


def test_a_turned_space_fails_where_no_label_would_tell(project):
    project.write(test_it=TURNED.format(sign=1))
    assert project.run(*QUICK, "--vc-baseline=create").passed(1)
    (entry,) = project.baseline.values()
    assert entry["agreement_at_10"] == 1
    assert entry["recall_at_1"] == entry["asymmetric_recall_at_1"] > 0.5
    assert len(entry["recall_at_1_by_clip"].split()) == 64
    assert project.run(*QUICK).passed(1)
    project.write(test_it=TURNED.format(sign=-1))
    run = project.run(*QUICK, "--vc-json=run.json")
    assert run.failed("asymmetric_recall_at_1", "reverse_recall_at_1")
    assert run.says(r"lost \d\d\.\d\d points, more than chance explains")
    assert run.says("what embeddings find, videomae: each clip asks for all others")
    (found,) = project.measurements("run.json")
    assert found["top1_drop"] == found["recall_at_1_drop"] == 0
    assert found["asymmetric_recall_at_1_drop_interval"][0] > 0.2
    assert found["vector_bytes"] == 512


BUDGET = """
    import pytest

    @pytest.mark.vc_budget(agreement_at_10=0.5)
    def test_measured_for_the_budget(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_model.module))

    @pytest.mark.vc_budget(agreement_at_10=0.5)
    def test_no_layer_to_be_seen(vc_model, vc_measure, vc_baseline):
        module = vc_model.module
        vc_baseline.check(vc_measure(lambda pixels: module(pixels)))
    """


def test_a_budget_asks_for_it_and_what_shows_no_layer_is_refused(project):
    project.write(test_it=BUDGET)
    run = project.run(*QUICK)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says("1 failed, 1 passed")
    assert run.says("has no embedding: search=True takes a variant or a module")
    assert "Traceback" not in run.out


LEFT_OUT = """
    def test_it(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_model.module, name="small"{search}))
    """


def test_what_is_stored_and_measured_no_more_is_said(project):
    project.write(test_it=LEFT_OUT.format(search=", search=True"))
    assert project.run(*QUICK, "--vc-baseline=create").passed(1)
    project.write(test_it=LEFT_OUT.format(search=""))
    run = project.run(*QUICK)
    assert run.passed(1)
    assert run.says("recall_at_1 of 1 variant is stored and was not measured")
    both = LEFT_OUT.format(search="") + LEFT_OUT.format(search=", search=True").replace(
        "test_it", "test_other"
    )
    project.write(test_it=both)
    assert not project.run(*QUICK).says("stored and was not measured")


SHARED = """
    import pytest

    @pytest.mark.vc_variants("int8-dynamic", "fuse+int8-static")
    def test_it(vc_variant, vc_measure):
        vc_measure(vc_variant, search=True)
    """


@pytest.mark.slow
def test_embeddings_are_shared_as_answers_are(project):
    common = ("--benchmark-disable", "--vc-sample=130")
    project.write(test_it=SHARED)
    assert project.run(*common, "--vc-json=alone.json").passed(2)
    for which in ("1/2", "2/2"):
        part = project.run(*common, f"--vc-shard={which}", "--vc-store=store")
        assert part.ret == 0, part.out
    assert project.run(*common, "--vc-store=store", "--vc-json=merged.json").passed(2)
    assert measured(project, "merged.json") == measured(project, "alone.json")
    assert project.run(*common, "--vc-workers=2", "--vc-json=workers.json").passed(2)
    assert measured(project, "workers.json") == measured(project, "alone.json")
