"""A user's test of an artefact that was saved and loaded again."""

import pytest

TESTS = """
    import pytest
    from pytest_vidcompress import VidcompressError, load


    @pytest.mark.vc_variants("fp16", "int8-dynamic", "fp32")
    def test_it_is_the_variant(vc_variant, vc_measure, tmp_path):
        vc_variant.save(tmp_path / "artefact")
        first, again = vc_measure(vc_variant), vc_measure(load(tmp_path / "artefact"))
        assert again.name == vc_variant.name
        assert again.accuracy == first.accuracy
        assert again.cost == first.cost
        assert again.execution == first.execution


    @pytest.mark.vc_variants("fp16")
    def test_it_is_held_to_the_variant_s_baseline(vc_variant, vc_measure, vc_baseline, tmp_path):
        vc_variant.save(tmp_path / "artefact")
        vc_baseline.check(vc_measure(load(tmp_path / "artefact")))


    def test_it_is_measured_beside_its_own_model_only(vc_model, vc_measure, tmp_path, vc_clips):
        from dataclasses import replace
        from pytest_vidcompress.compress.recipe import parse
        from pytest_vidcompress.compress.registry import TECHNIQUES
        from pytest_vidcompress.runtimes.registry import RUNTIMES
        from pytest_vidcompress.artefacts.variant import build

        other = replace(vc_model, profile=replace(vc_model.profile, size=vc_model.profile.size * 2))
        build(parse("fp32", TECHNIQUES), other, vc_clips, RUNTIMES).save(tmp_path)
        vc_measure(load(tmp_path))
    """


@pytest.mark.slow
def test_a_user_s_test_of_an_artefact(project):
    project.write(test_user=TESTS)
    run = project.run("--benchmark-disable", "--vc-baseline=create", "-k not beside")
    assert run.passed(4)
    run = project.run("--benchmark-disable", "-k held")
    assert run.passed(1)
    # Under the variant's own name, without its runtime's.
    assert project.baseline.keys() >= {"fp16"}
    refused = project.run("--benchmark-disable", "-k beside")
    assert refused.ret == pytest.ExitCode.TESTS_FAILED
    assert refused.says(r"takes clips of size 128, and model 'videomae' of 64: measure it beside the model")


OWN_FILES = """
    import pytest
    from pytest_vidcompress import load

    @pytest.mark.vc_variants("fp32")
    def test_files(vc_variant, vc_measure, vc_baseline, tmp_path):
        vc_variant.save(tmp_path)
        report = vc_measure(load(tmp_path))
        assert report.size_bytes == vc_variant.size_bytes()
        assert report.execution.runtime == "openvino"
        assert report.parameters is report.macs is None
        vc_baseline.check(report)
    """


@pytest.mark.slow
def test_files_of_a_runtime_s_own_have_a_baseline_of_their_own(project):
    pytest.importorskip(
        "openvino", reason="writes files of its own; pip install 'pytest-vidcompress[openvino]'"
    )
    project.write(test_user=OWN_FILES)
    options = ("--vc-runtime=openvino", "--benchmark-disable")
    assert project.run("--vc-baseline=create", *options).passed(1)
    assert project.baseline.keys() == {"fp32@openvino from files"}
    assert project.run(*options).passed(1)
