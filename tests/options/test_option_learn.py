"""--vc-learn: variants that learn are trained once, or not at all, or anew."""

from __future__ import annotations

import pytest

from tests.project import Project

CONFTEST = """
    from pathlib import Path

    from pytest_vidcompress import Model, Profile, Technique
    from pytest_vidcompress.clips.pocket.packaged import pocket


    def tiny():
        import torch
        from torch import nn

        torch.manual_seed(0)
        labels = pocket().labels
        layers = nn.Sequential(nn.Flatten(), nn.Linear(2 * 3 * 8 * 8, len(labels)))
        return Model("tiny", layers.eval(), Profile(2, 4, 8), labels)


    def teach(model, parameters, clips, lessons):
        with Path("trained.txt").open("a") as lines:
            lines.write("once\\n")
        pixels, labels = lessons.training.batch(0, 4)
        for weight in model.module.parameters():
            weight.data *= 1 + float(pixels.mean()) / 100
        return model


    def pytest_vidcompress_models():
        return {"tiny": tiny}


    def pytest_vidcompress_techniques():
        return {"teach": Technique("it learns", learn=teach)}
    """
TEST = """
    import pytest

    @pytest.mark.vc_variants("teach", "teach+fp16")
    def test_it(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """
TINY = ("--vc-model=tiny", "--vc-sample=4", "--vc-threads=1", "-pno:cacheprovider", "--benchmark-disable")


class School:
    """A project with a technique that learns."""

    def __init__(self, project: Project) -> None:
        self.project = project.write(conftest=CONFTEST, test_it=TEST)

    def run(self, *options: str):
        return self.project.run(*TINY, "--vc-cache=cache", *options, small=False)

    @property
    def trained(self) -> int:
        """How often something was."""
        file = self.project.folder / "trained.txt"
        return len(file.read_text().splitlines()) if file.exists() else 0


def test_what_is_missing_is_trained_first_and_taken_from_then_on(project):
    school = School(project)
    first = school.run()
    assert first.passed(2)
    assert school.trained == 1
    assert first.says(
        r"1 variant to train, which are kept for the next run \(--vc-learn=never skips them\):\n"
    )
    assert first.says(r"(?m)^  teach of tiny, a while$")
    assert first.says(r"learned variants:\n  teach of tiny: trained in this run")
    second = school.run()
    assert second.passed(2)
    assert school.trained == 1
    assert not second.says("to train")
    assert second.says(r"learned variants:\n  teach of tiny: of an earlier run")
    assert school.run("--vc-learn=never").passed(2)
    assert school.run("--vc-learn=again").passed(2)
    assert school.trained == 2


def test_never_skips_it_and_such_a_run_has_shown_nothing(project):
    school = School(project)
    run = school.run("--vc-learn=never", "-rs")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.says(r"2 skipped")
    assert run.says(r"teach of tiny is not trained: nothing like it is kept, and --vc-learn=never")
    assert run.says(r"learned variants:\n  teach of tiny: not trained")
    assert not run.says("passed")
    assert school.trained == 0
    strict = school.run("--vc-learn=never", "--vc-strict")
    assert strict.says("2 errors")
    assert not strict.says("skipped")


@pytest.mark.slow
def test_two_processes_train_it_once(project):
    school = School(project)
    run = school.run("-n2")
    assert run.passed(2)
    assert school.trained == 1
    assert run.says(r"teach of tiny: trained in this run")


def test_what_cannot_be_is_refused(project):
    School(project)
    run = project.run("--vc-learn=sometimes", small=False)
    assert run.refused("--vc-learn=sometimes: expected one of missing, never, again")
