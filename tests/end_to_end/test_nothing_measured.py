"""A run that was to measure and measured nothing is not green; one that was not to is left alone."""

import pytest

from tests.conftest import HOLDS
from tests.project import WORKERS

FAST = "--benchmark-disable"


def test_every_test_skipped(project):
    project.write(
        test_skipped="""
        import pytest

        @pytest.mark.skip(reason="not today")
        @pytest.mark.vc_variants("fp32")
        def test_it(vc_variant, vc_measure):
            vc_measure(vc_variant)
        """
    )
    run = project.run()
    assert run.ret == pytest.ExitCode.TESTS_FAILED, run.out
    assert run.says("vidcompress: measured nothing")


def test_skipped_by_pytest_benchmark(project):
    run = project.write(test_holds=HOLDS).run("--benchmark-skip")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says("1 skipped")


def test_vc_measure_never_called(project):
    project.write(test_it="def test_it(vc_measure): pass")
    run = project.run(FAST)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says("measured nothing: call vc_measure")


def test_a_budget_that_nothing_is_held_to(project):
    project.write(
        test_it="""
        import pytest

        @pytest.mark.vc_budget(top1_drop=0.5)
        def test_it(vc_model, vc_measure):
            vc_measure(vc_model.module)
        """
    )
    run = project.run(FAST)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says("vc_budget that nothing was held to")


@pytest.mark.parametrize("workers", WORKERS)
def test_a_variant_that_no_test_names(project, workers):
    project.write(test_holds=HOLDS)
    assert project.run("--vc-variant=fp16", *workers).refused("nothing to measure")


def test_a_model_and_no_test_for_it(project):
    project.write(test_plain="def test_plain(): pass")
    assert project.run("--vc-model=videomae").refused("nothing to measure")


INI = """
    [tool.pytest.ini_options]
    vc_model = ["videomae"]
    vc_sample = 16
    vc_report = "page.html"
    """


@pytest.mark.parametrize("ini", ["[tool.pytest.ini_options]", INI])
def test_a_project_without_such_tests_is_untouched(project, ini):
    project.write(test_plain="def test_plain(): pass", pyproject=ini)
    run = project.run("-q", small=False)
    assert run.passed(1)
    assert "vidcompress" not in run.out
    assert not (project.folder / "page.html").exists()


def test_a_file_that_cannot_be_imported_is_pytests_to_report(project):
    project.write(test_holds=HOLDS, test_broken="import nowhere")
    run = project.run()
    assert run.ret == pytest.ExitCode.INTERRUPTED
    assert run.says("No module named 'nowhere'")


def test_no_tests_at_all(project):
    assert project.run().ret == pytest.ExitCode.NO_TESTS_COLLECTED
