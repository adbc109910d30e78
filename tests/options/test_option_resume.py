"""--vc-resume: a run that is killed at any point goes on where it was, and computes nothing twice."""

from __future__ import annotations

import random
import signal
from collections import Counter

import pytest

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill")

CLIPS = 16
TEST = """
    import pytest

    @pytest.mark.vc_variants("prune-global", "int8-dynamic")
    def test_it(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """
CONFTEST = """
    import hashlib, os, signal, threading
    from pathlib import Path
    from pytest_vidcompress.measure import measurement
    from pytest_vidcompress.measure.accuracy import predict
    from pytest_vidcompress.measure.resume import predictions  # what it asks of noise is not counted

    logits_of, predicted = predict.logits_of, measurement.predict
    stop_before, stop_after_s = int(os.environ.get("STOP_BEFORE", 0)), float(os.environ.get("STOP_AFTER_S", 0))
    calls = 0

    def note(file, *what):
        with Path(file).open("a") as lines:
            lines.write(" ".join(what) + chr(10))

    def digest(tensors):
        return hashlib.sha256(b"".join(t.contiguous().numpy().tobytes() for t in tensors)).hexdigest()[:16]

    def counted(target, pixels):
        global calls
        calls += 1
        if calls == stop_before:
            os.kill(os.getpid(), signal.SIGKILL)
        if calls == 1 and stop_after_s:
            threading.Timer(stop_after_s, os.kill, (os.getpid(), signal.SIGKILL)).start()
        note("calls.txt", digest(target.parameters()), digest([pixels]))
        return logits_of(target, pixels)

    def noted(*arguments, **named):
        logits, ids = predicted(*arguments, **named)
        note("logits.txt", digest([logits]), digest([ids]))
        return logits, ids

    predict.logits_of, measurement.predict = counted, noted
    """
"""Notes every view that a model is shown, and the logits that come of it; and kills its own process."""
UNTIMED = ("--benchmark-disable", "--vc-cache=cache")


class Watched:
    """A project whose models are watched."""

    def __init__(self, project, conftest=CONFTEST):
        self.project = project.write(test_it=TEST, conftest=conftest)

    def run(self, *options, **environment):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, str(value))
            return self.project.run(*UNTIMED, *options)

    def killed(self, **environment):
        run = self.run(**environment)
        assert run.ret == -signal.SIGKILL, run.out
        return run

    def lines(self, name):
        """What was noted since this was last asked."""
        path = self.project.folder / f"{name}.txt"
        found = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    @property
    def journals(self):
        return sorted((self.project.folder / "cache" / "predictions").glob("*.rows"))


@pytest.fixture
def watched(project):
    return Watched(project)


@pytest.fixture(scope="module")
def undisturbed(shared):
    """The logits of a run that nobody disturbs, a line each measurement."""
    watched = Watched(shared)
    assert watched.run().passed(2)
    assert set(Counter(watched.lines("calls")).values()) == {1}
    return watched.lines("logits")


@pytest.mark.slow
def test_killed_before_any_prediction_nothing_is_computed_twice(watched, undisturbed):
    chance, kills = random.Random(0), 0
    while True:
        run = watched.run(STOP_BEFORE=chance.choice([1, 2, 7, 15, 19]))
        if run.ret == 0:
            break
        kills += 1
        assert run.ret == -signal.SIGKILL, run.out
        assert kills < 50, "it goes on"
    assert kills >= 3
    calls = Counter(watched.lines("calls"))
    assert len(calls) == 3 * CLIPS
    assert set(calls.values()) == {1}
    assert watched.lines("logits")[-3:] == undisturbed
    assert run.says(rf"resumed: predictions of an earlier run: {CLIPS} of {CLIPS} of videomae reference")


@pytest.mark.slow
def test_killed_at_any_moment_only_what_was_under_way_is_computed_again(watched, undisturbed):
    chance, begun = random.Random(1), []
    for _ in range(4):
        run = watched.run(STOP_AFTER_S=chance.uniform(0.005, 0.06))
        begun.append(watched.lines("calls"))
        if run.ret == 0:
            break
        assert run.ret == -signal.SIGKILL, run.out
    if run.ret:
        assert watched.run().passed(2)
        begun.append(watched.lines("calls"))
    calls = Counter(line for lines in begun for line in lines)
    assert len(calls) == 3 * CLIPS
    # What a killed run noted last it may have finished, or not.
    last = Counter(lines[-1] for lines in begun[:-1] if lines)
    assert all(calls[line] <= 1 + last[line] for line in calls)
    assert watched.lines("logits")[-3:] == undisturbed


def test_it_says_what_it_took_over(watched):
    watched.killed(STOP_BEFORE=CLIPS + 5)
    run = watched.run()
    assert run.passed(2)
    said = "resumed: predictions of an earlier run: 16 of 16 of videomae reference, 4 of 16 of videomae prune-global"
    assert run.says(said.replace(" ", r"\s+"))
    assert run.says(r"\(--no-vc-resume\s+computes\s+all\)")


def test_a_run_that_ended_leaves_the_reference_alone(watched):
    first = watched.run()
    assert first.passed(2)
    assert not first.says("resumed:")
    assert len(watched.lines("calls")) == 3 * CLIPS
    assert len(watched.journals) == 1
    again = watched.run()
    assert again.passed(2)
    assert len(watched.lines("calls")) == 2 * CLIPS
    assert again.says("16 of 16 of videomae reference")
    logits = watched.lines("logits")
    assert logits[:3] == logits[3:]


def test_a_failing_test_is_an_end_too(watched):
    watched.project.write(test_it=TEST + "\n        assert False\n")
    assert watched.run().ret == pytest.ExitCode.TESTS_FAILED
    assert len(watched.journals) == 1


@pytest.mark.slow
def test_without_it_everything_is_computed_and_kept_for_the_next(watched):
    watched.killed(STOP_BEFORE=CLIPS + 5)
    watched.lines("calls")
    run = watched.run("--no-vc-resume", STOP_BEFORE=2 * CLIPS)
    assert run.ret == -signal.SIGKILL
    assert len(watched.lines("calls")) == 2 * CLIPS - 1
    assert watched.run("--vc-resume").passed(2)
    assert len(watched.lines("calls")) == CLIPS + 1


@pytest.mark.slow
def test_it_can_be_left_out_in_a_file(watched):
    watched.project.write(pyproject="[tool.pytest.ini_options]\nvc_resume = false\n")
    for _ in range(2):
        run = watched.run()
        assert run.passed(2)
        assert not run.says("resumed:")
        assert len(watched.lines("calls")) == 3 * CLIPS


def test_help_says_that_it_is_the_default(project):
    run = project.run("--help", small=False)
    assert run.says(r"--vc-resume, --no-vc-resume")
    assert run.says(r"\(default:\s+--vc-resume\)")


HELPED = "\n    import helper\n" + CONFTEST
EDITS = {
    "the conftest": {"conftest": HELPED + "\n    # edited\n"},
    "the test": {"test_it": TEST + "\n    # edited\n"},
    "what the conftest imports": {"helper": "FACTOR = 0.5\n"},
}


@pytest.mark.parametrize("what", EDITS)
@pytest.mark.slow
def test_code_edited_after_the_kill_gets_no_predictions_of_a_variant(project, what):
    watched = Watched(project, HELPED)
    project.write(helper="FACTOR = 1.0\n", pyproject='[tool.pytest.ini_options]\npythonpath = ["."]\n')
    watched.killed(STOP_BEFORE=CLIPS + 5)
    watched.lines("calls")
    project.write(**EDITS[what])
    assert watched.run().passed(2)
    assert len(watched.lines("calls")) == 2 * CLIPS, "all of both variants"


SABOTAGE = (
    CONFTEST
    + """
    import torch
    from transformers.models.videomae import modeling_videomae

    embedded = modeling_videomae.VideoMAEEmbeddings.forward

    def broken(self, *arguments, **named):
        return embedded(self, *arguments, **named) * 1.01

    if os.environ.get("BROKEN"):
        modeling_videomae.VideoMAEEmbeddings.forward = broken
    """
)


def test_what_only_the_environment_broke_is_not_hidden_by_what_was_predicted_before(project):
    watched = Watched(project, SABOTAGE)
    watched.killed(STOP_BEFORE=CLIPS + 5)
    watched.lines("calls")
    assert watched.run(BROKEN=1).passed(2)
    assert len(watched.lines("calls")) == 3 * CLIPS


OWN_MODEL = """
    from own import Own
    from pytest_vidcompress.models.load import load
    from pytest_vidcompress.clips.pocket.packaged import pocket
    from dataclasses import replace

    def own():
        model = load("videomae", pocket().labels, "pocket")
        return replace(model, name="own", module=Own(model.module))

    def pytest_vidcompress_models():
        return {"own": own}
    """
OWN = """
    from torch import nn
    from own_helper import scaled

    class Own(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, pixels):
            return scaled(self.inner(pixels).logits)
    """
OWN_TEST = """
    def test_it(vc_model, vc_measure):
        vc_measure(vc_model.module)
    """


@pytest.mark.slow
def test_a_model_of_ones_own_code_goes_on_too_until_the_code_is_edited(project):
    watched = Watched(project, CONFTEST + OWN_MODEL)
    helper = "def scaled(logits): return logits * {}\n"
    project.write(test_it=OWN_TEST, own=OWN, own_helper=helper.format(1))
    project.write(pyproject='[tool.pytest.ini_options]\npythonpath = ["."]\n')

    def run(**environment):
        ended = watched.run("--vc-model=own", "--deselect=test_it.py::test_it[videomae]", **environment)
        return ended, len(watched.lines("calls"))

    assert run(STOP_BEFORE=6)[1] == 5
    ended, calls = run(STOP_BEFORE=4)
    assert (ended.ret, calls) == (-signal.SIGKILL, 3)
    project.write(own_helper=helper.format(2))
    ended, calls = run()
    assert ended.passed(1)
    assert calls == 2 * CLIPS


@pytest.mark.slow
def test_the_processes_of_xdist_share_the_reference(watched, undisturbed):
    run = watched.run("-n2", "--vc-model=videomae")
    assert run.passed(2)
    calls = Counter(watched.lines("calls"))
    assert len(calls) == 3 * CLIPS
    assert set(calls.values()) == {1}
    assert set(watched.lines("logits")) == set(undisturbed)
    assert not run.says("resumed:")
    assert len(watched.journals) == 1


def test_a_torn_journal_is_mended(watched, undisturbed):
    watched.killed(STOP_BEFORE=CLIPS + 5)
    watched.lines("calls")
    for path in watched.journals:
        path.write_bytes(path.read_bytes()[:-7])
    assert watched.run().passed(2)
    assert len(watched.lines("calls")) == 3 * CLIPS - (CLIPS - 1) - (4 - 1)
    assert watched.lines("logits")[-3:] == undisturbed
