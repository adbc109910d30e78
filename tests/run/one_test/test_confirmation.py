"""What becomes of a report whose latency fresh processes are asked about."""

from types import SimpleNamespace

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.latency.failure import Cause, Failure, FreshProcessError
from pytest_vidcompress.run.one_test.case import Case
from pytest_vidcompress.run.one_test.confirmation import against_other_build, beside_reference
from pytest_vidcompress.run.one_test.measurements import Measurement
from tests.gate.reports import confirmation, report

CASE = Case("test_it.py::test_it", "test_it.py::test_it", "timesformer")
SEEN = confirmation()


def session(answer, confirm_s=30.0, build=None):
    """One whose fresh processes give this answer, or raise it."""

    def say(*_):
        if isinstance(answer, Exception):
            raise answer
        return answer

    clips = SimpleNamespace(batches=lambda n: iter([([0.0], [0])]))
    reference = SimpleNamespace(model=SimpleNamespace(module=None), clips=clips)
    return SimpleNamespace(
        options=SimpleNamespace(confirm_s=confirm_s),
        references=SimpleNamespace(of=lambda model: reference),
        confirmer=SimpleNamespace(beside_reference=say, beside_build=say),
        other_build=build,
    )


def asked(answer, how=beside_reference, number=1, **changes):
    subject = SimpleNamespace(run=None)
    measurement = Measurement(report(number=number), subject)
    return how(session(answer, **changes), CASE, measurement, lambda seen: True).timing


def test_what_they_say_is_kept():
    assert asked(SEEN).confirmed is SEEN
    assert asked(SEEN).unconfirmed == ""


@pytest.mark.parametrize("cause", [Cause.DIED, Cause.RAISED])
def test_a_variant_that_does_not_run_alone_is_a_crash(cause):
    failure = Failure(cause, "was killed by SIGSEGV", "variant")
    timing = asked(FreshProcessError(failure, "timing stopped"))
    assert (timing.crash, timing.unconfirmed) == ("was killed by SIGSEGV", "timing stopped")


@pytest.mark.parametrize(
    "failure",
    [
        Failure(Cause.UNSENDABLE, "a lock", "variant"),
        Failure(Cause.DIED, "was killed", "base"),
        Failure(Cause.DIED, "was killed"),
        # It may hang because it was forked.
        Failure(Cause.HUNG, "gave no answer", "variant"),
    ],
)
def test_what_is_not_the_variant_s_fault_is_none(failure):
    timing = asked(FreshProcessError(failure, "timing stopped"))
    assert (timing.crash, timing.unconfirmed) == ("", "timing stopped")


def test_without_time_no_process_is_started():
    timing = asked(AssertionError("started"), confirm_s=0)
    assert timing.confirmed is None
    assert timing.unconfirmed == "--vc-confirm=0 starts no fresh process"


def test_another_build_is_of_the_first_measurement_alone():
    build = SimpleNamespace(arms=lambda nodeid: "arms")
    assert asked(SEEN, against_other_build, build=build).against is SEEN
    assert asked(SEEN, against_other_build, number=2, build=build).against is None
    assert asked(SEEN, against_other_build).against is None


def test_a_commit_that_cannot_be_built_is_a_reason():
    def arms(nodeid):
        raise VidcompressError("this test fails in main")

    timing = asked(SEEN, against_other_build, build=SimpleNamespace(arms=arms))
    assert (timing.against, timing.unconfirmed, timing.crash) == (None, "this test fails in main", "")
