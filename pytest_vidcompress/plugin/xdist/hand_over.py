"""What a worker of xdist hands over to the controller: what it measured, or why it refused the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..stash import session_of
from .worker import is_worker

if TYPE_CHECKING:
    from ...run.ledger import Ledger

LEDGER, REFUSAL = "vidcompress", "vidcompress_refusal"
"""Keys of xdist's `workeroutput`."""


def hand_over(config: pytest.Config, ledger: Ledger) -> None:
    """To the controller, at the end of a worker."""
    import pickle

    _output(config)[LEDGER] = pickle.dumps(ledger)


def hand_over_refusal(config: pytest.Config, reason: str) -> None:
    """Of a worker to the controller; any other process says it itself."""
    if is_worker(config):
        _output(config)[REFUSAL] = reason


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Takes over what a worker measured, or refused."""
    output = getattr(node, "workeroutput", {})
    if LEDGER in output:
        import pickle

        session_of(node.config).ledger.merge(pickle.loads(output[LEDGER]))
    if REFUSAL in output:
        raise pytest.UsageError(output[REFUSAL])


def _output(config: Any) -> dict[str, Any]:
    return config.workeroutput
