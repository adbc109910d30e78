"""--vc-strict: what is new or inconclusive fails too; without it, it is yellow and counted."""

import json

import pytest

from tests.conftest import HOLDS, with_runs
from tests.project import SMALL, Project

UNTIMED = "--benchmark-disable"
YELLOW = "\x1b\\[33m"


@pytest.fixture(scope="module")
def empty(shared):
    """A project that has no baseline."""
    return shared.write(test_holds=HOLDS)


@pytest.fixture(scope="module")
def untimed(tmp_path_factory):
    """A project with a baseline of which a run that is not timed says nothing sure about latency."""
    project = Project(tmp_path_factory.mktemp("untimed")).write(test_holds=HOLDS)
    # What is to be stored is new, and no failure.
    assert project.run("--vc-baseline=create", "--vc-strict", "--vc-confirm=0").passed(1)
    return with_runs(project)


def test_new_is_yellow(empty):
    run = empty.run("--color=yes")
    assert run.ret == 0, run.out
    assert run.says(rf"(?m)^{YELLOW}prune-global +new ")
    assert run.says(rf"(?m)^{YELLOW}vidcompress: 1 variant of .*; 1 new\b")


def test_new_fails_under_strict(empty):
    run = empty.run("--vc-strict")
    assert run.ret == pytest.ExitCode.TESTS_FAILED, run.out
    for metric in ("top1", "size_bytes", "macs", "latency_ratio"):
        assert run.says(rf"(?m)^E +{metric} new: measured ")
    assert run.says(r"store it: .* --vc-baseline=create")
    assert run.failures == set()


def test_inconclusive_is_yellow(untimed):
    run = untimed.run(UNTIMED, "--color=yes")
    assert run.ret == 0, run.out
    assert run.says(rf"(?m)^{YELLOW}prune-global +inconclusive ")
    assert run.says(rf"(?m)^{YELLOW}vidcompress: 1 variant of .*; 1 inconclusive\b")


def test_inconclusive_fails_under_strict(untimed):
    run = untimed.run(UNTIMED, "--vc-strict")
    assert run.ret == pytest.ExitCode.TESTS_FAILED, run.out
    assert run.says(r"(?m)^E +latency_ratio inconclusive: measured nothing, ")
    assert run.says(r"\b1 of \d checks did not pass")


def test_the_ini_option_does_the_same(untimed, tmp_path):
    project = untimed.copy(tmp_path / "project")
    project.write(pyproject="[tool.pytest.ini_options]\nvc_strict = true")
    assert project.run(UNTIMED).ret == pytest.ExitCode.TESTS_FAILED


def test_an_unknown_machine_class_is_new_and_strict_makes_it_red(untimed, tmp_path):
    project = untimed.copy(tmp_path / "project")
    for path in project.folder.glob("baselines/pocket/videomae.*.json"):
        path.rename(path.with_name("videomae.another-machine.json"))
    run = project.run("--vc-confirm=0")
    assert run.passed(1)
    # All but what the machine class changes was held.
    assert run.says(r"prune-global +time new ")
    run = project.run("--vc-strict", "--vc-confirm=0")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says(r"latency_ratio new: ")


def test_a_reference_fails_nothing(project):
    """What is all as stored, and has no chance in it, passes under strict."""
    project.write(
        test_reference="""
        def test_reference(vc_model, vc_measure, vc_baseline):
            report = vc_measure(vc_model.module).reference
            vc_baseline.check(report)
        """
    )
    assert project.run(UNTIMED, "--vc-baseline=create").ret == 0
    assert project.run(UNTIMED, "--vc-strict").passed(1)


def test_what_cannot_run_fails_under_strict(project):
    project.write(
        test_elsewhere=HOLDS.replace("prune-global", "fp32@nowhere"),
        conftest="""
        from pytest_vidcompress.runtimes.runtime import Runtime

        def pytest_vidcompress_runtimes():
            return {"nowhere": Runtime(lambda model: model.module, lambda: "nowhere1", needs=("not_here",))}
        """,
    )
    run = project.run("--vc-strict")
    assert run.ret == pytest.ExitCode.TESTS_FAILED, run.out
    assert run.says("1 error")
    assert run.says(r"(?m)^runtime 'nowhere' cannot run here: it needs not_here: install not_here$")
    assert "Traceback" not in run.out


REFERENCE = """
    def test_one(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(vc_model.module).reference)
    """


@pytest.mark.slow
def test_a_stored_entry_without_its_test_fails_under_strict(project):
    project.write(test_one=REFERENCE)
    assert project.run(UNTIMED, "--vc-baseline=create").passed(1)
    (path,) = project.folder.glob("baselines/*/videomae.json")
    document = json.loads(path.read_text())
    gone = {**document["variants"]["reference"], "test": "test_one.py::test_gone"}
    document["variants"]["test_one.py::test_gone"] = gone
    path.write_text(json.dumps(document))
    run = project.run(UNTIMED)
    assert run.passed(1)
    assert run.says(r"measured by no test any more:\n +videomae test_one.py::test_gone")
    # Of a part of the file, nothing is known of the rest.
    assert project.run(UNTIMED, "--vc-strict", "test_one.py::test_one").passed(1)
    strict = project.run(UNTIMED, "--vc-strict")
    assert strict.ret == pytest.ExitCode.TESTS_FAILED
    assert strict.says("--vc-strict: what is stored and measured by no test fails the run")


def test_a_run_that_fails_says_that_it_stores_nothing(project):
    project.write(test_one=REFERENCE + "\n    def test_broken():\n        assert False\n")
    run = project.run(UNTIMED, "--vc-baseline=create")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says("nothing was written to the baselines: a run that fails writes none")
    assert not [*project.folder.glob("baselines/*/*")]


@pytest.mark.slow
def test_tests_that_did_not_run_again_are_not_missed(project):
    project.write(test_one=REFERENCE + "\n    def test_broken():\n        assert False\n")
    cached = [option for option in SMALL if "cacheprovider" not in option]
    assert project.run(*cached, UNTIMED, small=False).ret == pytest.ExitCode.TESTS_FAILED
    broken = REFERENCE.replace("test_one", "test_two").replace(
        "(vc_model.module)", "(vc_model.module, name='two')"
    )
    project.write(test_one=REFERENCE + broken.replace(".reference", ""))
    assert project.run(UNTIMED, "--vc-baseline=create").passed(2)
    project.write(test_one=REFERENCE + broken.replace("vc_baseline.check", "assert not vc_baseline and "))
    assert project.run(*cached, UNTIMED, small=False).ret == pytest.ExitCode.TESTS_FAILED
    project.write(test_one=REFERENCE + broken.replace(".reference", "").replace("name='two'", "name='new'"))
    run = project.run(*cached, UNTIMED, "--lf", "--vc-baseline=accept", small=False)
    assert run.passed(1)
    assert not run.says("measured by no test any more")
