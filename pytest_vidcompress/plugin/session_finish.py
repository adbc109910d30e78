"""The end of a run: baselines are written, and a run that measured nothing has not passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .refusals import usage_errors
from .stash import EXIT, SESSION
from .xdist.hand_over import hand_over
from .xdist.worker import is_worker

if TYPE_CHECKING:
    from ..run.session import Session

UNWRITTEN = (
    "nothing was written to the baselines: a run that fails writes none; make its tests pass, or leave out the others"
    " with --deselect"
)
UNUSED = (
    "--vc-strict: what is stored and measured by no test fails the run; bring its test back, or delete it from the"
    " baseline"
)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    ours = config.stash.get(SESSION, None)
    if ours is None:
        return
    if is_worker(config):
        hand_over(config, ours.ledger)
        return
    _settle(session, ours, exitstatus)
    config.stash[EXIT] = int(session.exitstatus)


def _settle(session: pytest.Session, ours: Session, exitstatus: int) -> None:
    config, ledger = session.config, ours.ledger
    ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if ours.options.share:
        # Of a run that was refused, its store may be why.
        if ended and ours.shard:
            with usage_errors():
                ours.shard.end(exitstatus)
        return
    if ended and (ledger.reuse or ours.options.workers > 1):
        ours.references.finish()
    mode = ours.options.mode
    if exitstatus != pytest.ExitCode.OK:
        if mode != "check" and ledger.results:
            ledger.complaints += (UNWRITTEN,)
    elif not config.getoption("collectonly"):
        with usage_errors():
            ledger.settle(
                None if mode == "check" else mode,
                ours.baselines.of,
                lambda file: (config.rootpath / file).exists(),
            )
        if ledger.unused and ours.options.strict and mode == "check":
            ledger.complaints += (UNUSED,)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if ledger.planned and not (ledger.results or ledger.grids):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
