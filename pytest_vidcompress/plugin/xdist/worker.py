"""A process of xdist that runs tests for another, which alone has a terminal: it says in a file what it does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from ...present.terminal.progress.relay import Relay

FOLDER = "vidcompress_progress"
"""Key of xdist's `workerinput`: where that is."""


def is_worker(config: pytest.Config) -> bool:
    """Is this one?"""
    return hasattr(config, "workeroutput")


def relay(config: pytest.Config) -> Relay | None:
    """What tells the other process what this one does; None where nobody asked for it."""
    folder = _folder(config)
    if folder is None:
        return None
    from ...present.terminal.progress.relay import Relay

    return Relay(folder, _input(config)["workerid"])


def announce(config: pytest.Config, planned: Iterable[str]) -> None:
    """Tells it which tests measure: it collects none itself."""
    folder = _folder(config)
    if folder is not None:
        from ...present.terminal.progress.relay import plan

        plan(folder, planned)


def _folder(config: pytest.Config) -> Path | None:
    folder = _input(config).get(FOLDER)
    return Path(folder) if folder else None


def _input(config: Any) -> dict[str, Any]:
    return getattr(config, "workerinput", {})
