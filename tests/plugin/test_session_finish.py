"""How a run ends that no test failed."""

from types import SimpleNamespace

import pytest

from pytest_vidcompress.plugin.session_finish import UNUSED, UNWRITTEN, pytest_sessionfinish
from pytest_vidcompress.plugin.stash import SESSION
from pytest_vidcompress.run.options import Options

OK, FAILED = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED


def ledger_of(planned=("a",), results=(1,), unused=(), grids=()):
    return SimpleNamespace(
        planned=planned,
        results=results,
        unused=unused,
        grids=grids,
        reuse={},
        complaints=(),
        settle=lambda *_: None,
    )


def ended(ledger=None, status=OK, **values):
    """The exit code of a run that ended so."""
    ledger = ledger or ledger_of()
    ours = SimpleNamespace(ledger=ledger, options=Options(values=values), baselines=SimpleNamespace(of=None))
    config = SimpleNamespace(stash=pytest.Stash(), getoption=lambda name: False)
    config.stash[SESSION] = ours
    session = SimpleNamespace(config=config, exitstatus=status)
    pytest_sessionfinish(session, status)
    return session.exitstatus


def test_a_run_that_measured_what_it_planned_passes():
    assert ended() == OK
    assert ended(ledger_of(planned=(), results=())) == OK
    assert ended(ledger_of(results=(), grids=("a",))) == OK


def test_a_run_that_measured_a_grid_has_measured():
    assert ended(ledger_of(results=(), grids=("a",))) == OK


def test_a_run_that_planned_to_measure_and_did_not_fails():
    assert ended(ledger_of(results=())) == FAILED


def test_what_is_stored_and_measured_by_no_test_any_more_fails_a_strict_check():
    unused = ledger_of(unused=("videomae fp16",))
    assert ended(unused) == OK
    assert unused.complaints == ()
    assert ended(unused, **{"vc-strict": True}) == FAILED
    assert unused.complaints == (UNUSED,)
    assert ended(**{"vc-strict": True}) == OK
    assert ended(unused, **{"vc-strict": True, "vc-baseline": "accept"}) == OK


def test_a_run_that_fails_says_that_it_stores_nothing():
    for mode, complaints in (("check", ()), ("create", (UNWRITTEN,)), ("accept", (UNWRITTEN,))):
        ledger = ledger_of()
        assert ended(ledger, FAILED, **{"vc-baseline": mode}) == FAILED
        assert ledger.complaints == complaints
