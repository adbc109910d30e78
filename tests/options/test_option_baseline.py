"""--vc-baseline and --vc-baselines: what is written when, and what is said about it."""

import json

import pytest

from tests.conftest import HOLDS

UNTIMED = "--benchmark-disable"
SKIPPED = """
    @pytest.mark.skip
    @pytest.mark.vc_variants("fp16")
    def test_skipped(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """


@pytest.fixture
def project(stored, tmp_path):
    return stored.copy(tmp_path / "project")


def edit(project, pattern="baselines/pocket/videomae.json", **values):
    """Changes numbers of the stored variant."""
    (path,) = project.folder.glob(pattern)
    document = json.loads(path.read_text())
    document["variants"]["prune-global"] |= values
    path.write_text(json.dumps(document))
    return path


def test_create_writes_the_missing_and_nothing_else(project):
    before = edit(project, size_bytes=10**8)
    text = before.read_text()
    project.write(test_holds=HOLDS.replace('"prune-global"', '"prune-global", "fp16"'))
    assert project.run("--vc-baseline=create", UNTIMED).passed(2)
    assert project.baseline.keys() == {"prune-global", "fp16"}
    assert project.baseline["prune-global"] == json.loads(text)["variants"]["prune-global"]


def test_accept_takes_over_what_got_worse_and_says_so(project):
    edit(project, size_bytes=1000)
    assert project.run(UNTIMED).failed("size_bytes")
    run = project.run("--vc-baseline=accept", UNTIMED)
    assert run.passed(1)
    size = project.baseline["prune-global"]["size_bytes"]
    assert run.says(r"prune-global: size_bytes .* -> "), run.out
    assert size > 1000
    assert project.run(UNTIMED).passed(1)


def test_tighten_takes_over_what_got_better_only(project):
    edit(project, size_bytes=10**8)
    assert project.run("--vc-baseline=tighten", UNTIMED).passed(1)
    assert project.baseline["prune-global"]["size_bytes"] < 10**8

    edit(project, size_bytes=1000)
    assert project.run("--vc-baseline=tighten", UNTIMED).ret == pytest.ExitCode.TESTS_FAILED
    assert project.baseline["prune-global"]["size_bytes"] == 1000


def test_a_run_that_failed_writes_nothing(project):
    project.write(test_more=HOLDS.replace("prune-global", "fp16"), test_red="def test_red(): assert False")
    assert project.run("--vc-baseline=create", UNTIMED).ret == pytest.ExitCode.TESTS_FAILED
    assert project.baseline.keys() == {"prune-global"}


def test_a_failure_shows_numbers_and_what_to_type(project):
    edit(project, macs=1)
    run = project.run(UNTIMED)
    assert run.failed("macs")
    assert run.says(r"macs failed: measured [\d,.]+.*stored 1\b.*limit 1\b"), run.out
    assert run.says(r"pytest 'test_holds.py::test_holds\[videomae-prune-global\]' .*--vc-sample=16.*=accept")


def test_an_entry_that_no_test_uses_is_reported(project):
    path = edit(project)
    document = json.loads(path.read_text())
    document["variants"]["fp16"] = document["variants"]["prune-global"]
    path.write_text(json.dumps(document))
    unused = r"measured by no test any more:\n +videomae fp16"
    assert project.run(UNTIMED).says(unused)
    # A part of a file cannot tell.
    assert not project.run(UNTIMED, "--vc-variant=prune-global").says(unused)
    assert not project.run(UNTIMED, "test_holds.py::test_holds").says(unused)
    # A test that was skipped may yet use it.
    project.write(test_holds=HOLDS + SKIPPED)
    run = project.run(UNTIMED)
    assert run.says("1 passed, 1 skipped"), run.out
    assert not run.says(unused)


def test_another_folder_is_relative_to_where_it_is_typed(project):
    assert project.run("--vc-baselines=elsewhere", "--vc-baseline=create", UNTIMED).passed(1)
    assert (project.folder / "elsewhere" / "pocket" / "videomae.json").is_file()
