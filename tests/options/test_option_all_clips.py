"""--vc-all-clips: a check against the baseline takes no more clips than decide it, unless this is given."""

import pytest

UNTIMED = "--benchmark-disable"
SAMPLE = "--vc-sample=400"
TAKES = """
    from pathlib import Path
    import pytest

    def note(report):
        beside = report.reference
        taken = len(report.accuracy.outcomes), beside.clips, len(beside.accuracy.outcomes)
        numbers = report.clips, report.identity.sample, *taken
        Path("taken.txt").write_text(" ".join(map(str, numbers)))
        assert beside.top1 == pytest.approx(sum(beside.accuracy.outcomes) / beside.clips)
    """
HOLDS = """
    @pytest.mark.vc_variants("prune-global")
    def test_holds(vc_variant, vc_measure, vc_baseline):
        report = vc_measure(vc_variant)
        note(report)
        vc_baseline.check(report)
    """
LIMITED = HOLDS.replace("    def", "    @pytest.mark.vc_budget(kl=1.0)\n    def")
ALONE = """
    @pytest.mark.vc_variants("prune-global")
    def test_alone(vc_variant, vc_measure):
        note(vc_measure(vc_variant))
    """
BROKEN = """
    from dataclasses import replace
    from pytest_vidcompress.compress.prune.prune_global import PRUNE_GLOBAL

    def apply(model, parameters, clips):
        model = PRUNE_GLOBAL.apply(model, parameters, clips)
        model.module.classifier.weight.data.neg_()
        return model

    def pytest_vidcompress_techniques():
        return {"prune-global": replace(PRUNE_GLOBAL, apply=apply)}
    """


@pytest.fixture(scope="module")
def long(shared):
    """A project with a baseline of more clips than an unchanged model needs."""
    shared.write(test_takes=TAKES + HOLDS)
    assert shared.run(SAMPLE, UNTIMED, "--vc-baseline=create").passed(1)
    assert taken(shared) == [400] * 5
    return shared


def taken(project):
    """Clips of the report, its sample and its outcomes; of the reference and of its outcomes."""
    return [int(number) for number in (project.folder / "taken.txt").read_text().split()]


def test_an_unchanged_variant_takes_what_rules_out_a_drop(long):
    assert long.run(SAMPLE, UNTIMED).passed(1)
    assert taken(long) == [346, 400, 346, 346, 346]


@pytest.mark.slow
def test_the_option_takes_all(long, tmp_path):
    assert long.run(SAMPLE, UNTIMED, "--vc-all-clips").passed(1)
    assert taken(long) == [400] * 5
    ini = long.copy(tmp_path / "ini").write(pyproject="[tool.pytest.ini_options]\nvc_all_clips = true")
    assert ini.run(SAMPLE, UNTIMED).passed(1)
    assert taken(ini) == [400] * 5


@pytest.mark.parametrize("body", [LIMITED, pytest.param(ALONE, marks=pytest.mark.slow)])
def test_what_needs_all_clips_takes_them(long, tmp_path, body):
    project = long.copy(tmp_path / "project").write(test_takes=TAKES + body)
    assert project.run(SAMPLE, UNTIMED).passed(1)
    assert taken(project) == [400] * 5


@pytest.mark.slow
def test_a_broken_variant_is_red_after_a_few(long, tmp_path):
    project = long.copy(tmp_path / "project").write(conftest=BROKEN)
    run = project.run(SAMPLE, UNTIMED)
    assert run.ret == pytest.ExitCode.TESTS_FAILED, run.out
    assert run.failures <= {"top1", "agreement"}
    assert run.failures
    clips, sample, *_ = taken(project)
    assert sample == 400
    assert clips < 50
    assert run.says(rf"\b{clips} of 400 clips, \d+ lost"), run.out
    # What is typed to see it again takes as many.
    again = project.run(SAMPLE, UNTIMED, "--vc-all-clips")
    assert again.failures == {"top1", "agreement"}
    assert again.says("--vc-all-clips"), again.out
