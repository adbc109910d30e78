"""The end of a run: baselines are written, and a run that measured nothing has not passed."""

from __future__ import annotations

import pytest

from .refusals import usage_errors
from .stash import SESSION
from .xdist_worker import hand_over, is_worker


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    ours = config.stash.get(SESSION, None)
    if ours is None:
        return
    ledger = ours.ledger
    if is_worker(config):
        hand_over(config, ledger)
        return
    if ledger.kept and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        ours.references.finish()
    # A run that failed writes no baseline.
    if exitstatus == pytest.ExitCode.OK and not config.getoption("collectonly"):
        mode = ours.options.mode
        with usage_errors():
            ledger.settle(
                None if mode == "check" else mode,
                ours.baselines.of,
                lambda file: (config.rootpath / file).exists(),
            )
        # Under `--vc-strict` what is stored must be measured: a test that was deleted holds nothing.
        is_unheld = ours.options.strict and mode == "check" and ledger.unused
        if is_unheld or (ledger.planned and not ledger.results):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
