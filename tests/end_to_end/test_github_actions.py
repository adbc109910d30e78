"""On GitHub Actions a red test is annotated where it is written, and the step gets a page; elsewhere neither."""

import re

import pytest

from tests.project import WORKERS, Project

TESTS = """
    import pytest


    @pytest.mark.vc_variants("prune-global", "fp16")
    @pytest.mark.vc_budget(size_ratio=0.75)
    def test_holds(vc_variant, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_variant))


    @pytest.mark.xfail
    @pytest.mark.vc_variants("fp32")
    @pytest.mark.vc_budget(size_ratio=0.5)
    def test_known(vc_variant, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_variant))
    """
LINE = 1 + TESTS.split("\n")[1:].index('    @pytest.mark.vc_variants("prune-global", "fp16")')


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A checkout whose tests lie in a folder of it, and have a baseline but for latency."""
    folder = tmp_path_factory.mktemp("repository") / "tests of mine"
    folder.mkdir()
    project = Project(folder).write(test_it=TESTS.replace("size_ratio=0.75", "size_ratio=2"))
    assert project.run("--benchmark-disable", "--vc-baseline=create").ret == 0
    return project.write(test_it=TESTS)


@pytest.fixture
def workflow(repository, monkeypatch, tmp_path):
    """The file of the step's summary, in a job of GitHub Actions."""
    page = tmp_path / "summary.md"
    page.write_text("of an earlier command\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository.folder.parent))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    return page


def commands(run):
    return [line for line in run.out.splitlines() if line.startswith("::")]


@pytest.mark.parametrize("workers", WORKERS)
def test_a_red_test(repository, workflow, workers):
    run = repository.run("--benchmark-disable", "--color=yes", *workers)
    assert run.ret == pytest.ExitCode.TESTS_FAILED, run.out
    errors = [line for line in commands(run) if line.startswith("::error ")]
    assert len(errors) == 1, run.out
    where, message = re.fullmatch(r"::error (.*?)::(.*)", errors[0]).groups()
    title = "prune-global of videomae%3A size_ratio (budget) failed"
    assert where == f"file=tests of mine/test_it.py,line={LINE},title={title}"
    assert message.startswith("size_ratio (budget) failed: measured 0.87")
    assert "%0Asee it again: pytest 'test_it.py::test_holds[videomae-prune-global]' --vc-model" in message

    text = workflow.read_text()
    assert text.startswith("of an earlier command\n")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "videomae" in line]
    shown = [(row.split()[2], row.split()[4]) for row in rows]
    assert sorted(shown[:2]) == [("failed", "fp32"), ("failed", "prune-global")]
    assert shown[2:] == [("inconclusive", "fp16")]
    assert "vidcompress: 3 variants of 1 model on 16" in text
    assert "\npytest 'test_it.py::test_holds[videomae-prune-global]' --vc-model=videomae" in text


def test_a_green_run_has_a_page_and_no_error(repository, workflow):
    run = repository.run("--benchmark-disable", "--vc-variant=fp16")
    assert run.passed(1)
    assert not [line for line in commands(run) if "::error" in line]
    assert "fp16" in workflow.read_text()


def test_a_run_that_measured_nothing_is_annotated(repository, workflow):
    run = repository.run("--benchmark-skip")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert commands(run) == ["::error title=pytest-vidcompress::vidcompress: measured nothing"]
    assert "measured nothing" in workflow.read_text()


def test_a_page_that_cannot_be_written_is_a_warning(repository, workflow, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(workflow / "no" / "folder"))
    run = repository.run("--benchmark-disable", "--vc-variant=fp16")
    assert run.passed(1)
    warnings = [line for line in commands(run) if "step summary" in line]
    assert len(warnings) == 1
    assert warnings[0].startswith("::warning title=pytest-vidcompress::the step summary cannot be written: ")


@pytest.mark.parametrize("value", [None, pytest.param("false", marks=pytest.mark.slow)])
def test_elsewhere_there_is_neither(repository, workflow, monkeypatch, value):
    if value is None:
        monkeypatch.delenv("GITHUB_ACTIONS")
    else:
        monkeypatch.setenv("GITHUB_ACTIONS", value)
    run = repository.run("--benchmark-disable")
    assert run.failed("size_ratio")
    assert commands(run) == []
    assert workflow.read_text() == "of an earlier command\n"
