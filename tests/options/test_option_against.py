"""--vc-against: without a baseline of this machine, latency is held to the same test as another commit has it."""

import re
from xml.etree import ElementTree

import pytest

from tests.repository import Repository

AGAINST = "--vc-against=HEAD~1"
FAST = """
    def compress(module):
        return module
    """
SLOW = """
    from torch import nn

    class Twice(nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

        def forward(self, pixels):
            self.module(pixels)
            return self.module(pixels)

    compress = Twice
    """
TESTS = """
    import mycompress

    def test_mine(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(mycompress.compress(vc_model.module)))
    """
ANOTHER = TESTS.replace("test_mine", "test_another")
INI = """
    [tool.pytest.ini_options]
    vc_against = "HEAD~1"
    """
BROKEN = """
    import pytest

    @pytest.fixture(autouse=True)
    def broken():
        raise ValueError("broken on purpose")
    """


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A repository with a user's own compression and its test; copy it before committing to it."""
    repository = Repository(tmp_path_factory.mktemp("first"))
    return repository.write(mycompress=FAST, test_mine=TESTS).commit("first")


@pytest.fixture
def repository(first, tmp_path):
    return first.copy(tmp_path / "repository")


def latency(repository):
    """What JUnit's file says of latency, by test."""
    tests = ElementTree.parse(repository.folder / "junit.xml").iter("testcase")
    return {
        test.get("name").partition("[")[0]: each.get("value")
        for test in tests
        for each in test.iter("property")
        if each.get("name").endswith(".latency_ratio")
    }


@pytest.mark.slow
def test_a_slower_build_is_red(repository):
    repository.write(mycompress=SLOW).commit("second")
    run = repository.run(AGAINST)
    assert run.failed("latency_ratio")
    assert run.says(r"slower than the build of HEAD~1 \(\w{7}\) plus 5%, and surely slower"), run.out
    assert run.says(r"see it again: .*--vc-against='HEAD~1'"), run.out
    assert len(repository.worktrees) == 1
    assert not (repository.folder / "baselines").exists()


@pytest.mark.slow
def test_an_unchanged_build_is_held_and_a_test_that_is_not_there_is_new(repository):
    repository.write(test_another=ANOTHER, pyproject=INI).commit("second")
    run = repository.run("--vc-strict", "--junit-xml=junit.xml")
    said = latency(repository)
    # A machine that others use may leave it open.
    assert re.match(r"(passed|inconclusive): .* stored 1, limit 1.05, .*fresh processes", said["test_mine"])
    assert said["test_another"].startswith("new: ")
    assert run.says(r"HEAD~1 \(\w{7}\) does not measure this"), run.out
    assert len(repository.worktrees) == 1


@pytest.mark.slow
def test_a_commit_whose_tests_fail_is_no_base_and_says_why(repository):
    repository.write(conftest=BROKEN).commit("broken")
    repository.write(conftest="").commit("mended")
    run = repository.run(AGAINST, "--vc-strict", "--junit-xml=junit.xml", "-n1")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert latency(repository)["test_mine"].startswith("inconclusive: ")
    assert run.says(r"this test fails in HEAD~1 \(\w{7}\):\s+(E\s+)?ValueError: broken on purpose"), run.out
    assert len(repository.worktrees) == 1


@pytest.mark.parametrize("more", [(), ("-n1",)])
def test_an_unknown_commit_is_refused_before_any_test(repository, more):
    assert repository.run("--vc-against=nobody/knows", *more).refused(
        "--vc-against=nobody/knows: .*no such commit"
    )
    ini = repository.write(pyproject=INI.replace("HEAD~1", "HEAD~9"))
    assert ini.run(*more).refused("--vc-against=HEAD~9: .*fetch-depth: 0")


def test_no_repository_is_refused(project):
    project.write(mycompress=FAST, test_mine=TESTS)
    assert project.run("--vc-against=main").refused("in no git repository")


def test_runs_without_our_tests_ask_for_no_commit(repository):
    repository.write(pyproject=INI.replace("HEAD~1", "HEAD~9"), test_plain="def test_plain(): pass")
    assert repository.run("test_plain.py", small=False).passed(1)
