"""--vc-confirm: how long a suspect latency is timed again in fresh processes; what they say decides."""

import pytest

from tests.conftest import with_runs
from tests.project import Project

SLOWED = """
    import time
    from torch import nn

    class Slowed(nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

        def forward(self, pixels):
            began = time.perf_counter()
            result = self.module(pixels)
            until = began + {times} * (time.perf_counter() - began)
            while time.perf_counter() < until:
                pass
            return result

    def test_slowed(vc_model, vc_measure, vc_baseline):
        vc_baseline.check(vc_measure(Slowed(vc_model.module)))
    """


def slowed(project, times):
    return project.write(test_slowed=SLOWED.format(times=times))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A project with three recorded runs of a module; copy it before changing it."""
    project = slowed(Project(tmp_path_factory.mktemp("recorded")), 1.0)
    assert project.run("--vc-baseline=create", "--benchmark-disable").passed(1)
    return with_runs(project)


def test_twice_as_slow_is_red_and_says_how_sure_that_is(recorded, tmp_path):
    project = slowed(recorded.copy(tmp_path / "project"), 2.0)
    before = project.timings
    run = project.run("--vc-confirm=20")
    assert run.failed("latency_ratio")
    assert run.says(r"latency_ratio failed: measured [12]\b")
    assert run.says(r"slower than 3 recorded runs plus 5%, and surely slower")
    assert run.says(r"\d+ blocks, \d+ pairs in \d+ fresh processes")
    assert run.says(r"p=\S+[\sE]+where[\sE]+all[\sE]+looks[\sE]+are[\sE]+allowed[\sE]+0\.001")
    assert run.says(r"could have seen: ")
    # What must be typed to see it again.
    assert run.says(r"--vc-confirm=20")
    assert project.timings == before


def test_the_same_again_is_not_red(recorded):
    assert recorded.run("--vc-confirm=8").passed(1)


CALM = """
    from pytest import MonkeyPatch

    # Neighbours of this machine are no matter here: every pair counts.
    MonkeyPatch().setattr(
        "pytest_vidcompress.measure.latency.pair_times.quiet",
        lambda variant_s, reference_s: range(len(variant_s)),
    )
    """


BEYOND_DOUBT = 4.0
"""Times as slow: of what is so slow no neighbour of this machine leaves a doubt."""


def own_process(why):
    """What a message says that a process of its own decided, and why no other did."""
    return rf"latency_ratio failed: (?s:.*)surely slower in the test's own process; {why}".replace(
        " ", r"[\sE]+"
    )


def test_without_time_the_test_s_own_process_decides(recorded, tmp_path):
    project = slowed(recorded.copy(tmp_path / "project"), BEYOND_DOUBT).write(conftest=CALM)
    run = project.run("--vc-confirm=0")
    assert run.failed("latency_ratio")
    assert run.says(own_process("--vc-confirm=0 starts no fresh process"))


LOCKED = """
    import threading

    def test_slowed(vc_model, vc_measure, vc_baseline):
        lock = threading.Lock()

        def slow(pixels):
            with lock:
                for _ in range({times} - 1):
                    vc_model.module(pixels)
                return vc_model.module(pixels).logits

        vc_baseline.check(vc_measure(slow))
    """


def test_what_cannot_be_sent_to_a_fresh_process_is_red_where_it_is_surely_slower(recorded, tmp_path):
    project = recorded.copy(tmp_path / "project").write(
        test_slowed=LOCKED.format(times=int(BEYOND_DOUBT)), conftest=CALM
    )
    run = project.run()
    if "latency_ratio" not in run.failures and run.says("machine is disturbed"):
        pytest.skip("neighbours of this machine left a doubt, and the verdict says so")
    assert "latency_ratio" in run.failures
    assert run.says(own_process("(?s:.*)cannot be sent to another process"))
    assert "Traceback" not in run.out


FALLING = """
    import os

    def test_slowed(vc_model, vc_measure, vc_baseline):
        here = os.getpid()

        def slow(pixels):
            if os.getpid() != here:
                {end}
            vc_model.module(pixels)
            return vc_model.module(pixels).logits

        vc_baseline.check(vc_measure(slow))
    """


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("raise OSError('no such camera')", r"OSError: no[\sE]+such[\sE]+camera"),
        ("os._exit(7)", r"ended[\sE]+with[\sE]+status[\sE]+7"),
    ],
)
def test_what_fails_in_a_fresh_process_and_only_there_is_red(recorded, tmp_path, end, why):
    project = recorded.copy(tmp_path / "project").write(test_slowed=FALLING.format(end=end))
    run = project.run()
    assert run.ret == pytest.ExitCode.TESTS_FAILED, run.out
    assert run.failures >= {"latency_ratio"}
    assert run.says(rf"(?s)latency_ratio failed: .*does[\sE]+not[\sE]+run[\sE]+in[\sE]+a[\sE]+process.*{why}")
    assert "Traceback" not in run.out


@pytest.mark.parametrize("value", ["-1", "soon", "nan", "inf"])
def test_a_time_that_is_none(project, value):
    project.write(test_it="def test_it(vc_model): pass")
    assert project.run(f"--vc-confirm={value}").refused(
        rf"--vc-confirm={value}: expected a number of at least 0"
    )
