"""How a run ends that no test failed."""

from types import SimpleNamespace

import pytest

from pytest_vidcompress.plugin.session_finish import pytest_sessionfinish
from pytest_vidcompress.plugin.stash import SESSION
from pytest_vidcompress.run.options import Options

OK, FAILED = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED


def ended(planned=("a",), results=(1,), unused=(), **values):
    """The exit code of a run whose tests all passed."""
    ledger = SimpleNamespace(planned=planned, results=results, unused=unused, kept={}, settle=lambda *_: None)
    ours = SimpleNamespace(ledger=ledger, options=Options(values=values), baselines=SimpleNamespace(of=None))
    config = SimpleNamespace(stash=pytest.Stash(), getoption=lambda name: False)
    config.stash[SESSION] = ours
    session = SimpleNamespace(config=config, exitstatus=OK)
    pytest_sessionfinish(session, OK)
    return session.exitstatus


def test_a_run_that_measured_what_it_planned_passes():
    assert ended() == OK
    assert ended(planned=(), results=()) == OK


def test_a_run_that_planned_to_measure_and_did_not_fails():
    assert ended(results=()) == FAILED


def test_what_is_stored_and_measured_by_no_test_any_more_fails_a_strict_check():
    assert ended(unused=("videomae fp16",)) == OK
    assert ended(unused=("videomae fp16",), **{"vc-strict": True}) == FAILED
    assert ended(**{"vc-strict": True}) == OK
    assert ended(unused=("videomae fp16",), **{"vc-strict": True, "vc-baseline": "accept"}) == OK
