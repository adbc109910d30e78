"""The terminal that progress is drawn on while pytest captures what tests print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..present.terminal.progress import Progress

TERMINAL = pytest.StashKey[IO[str]]()
COLUMNS = pytest.StashKey[int]()
_WAITS = (
    "vidcompress: another run is timing on this machine, and this one waits for it: two would slow each other"
)
PROGRESS: pytest.StashKey[Progress] = pytest.StashKey()


def is_worker(config: pytest.Config) -> bool:
    """Is this a process of xdist that runs tests for another, which alone has a terminal?"""
    return hasattr(config, "workeroutput")


def open_terminal(config: pytest.Config) -> None:
    """Capturing redirects the descriptor itself while tests run: a duplicate still leads to the terminal.

    Its width is asked for now, for the same reason.
    """
    from ..present.width import width

    config.stash[COLUMNS] = width()
    # A worker of xdist waits for the others all the time, and its output is nobody's.
    if not is_worker(config):
        with suppress(OSError, ValueError):  # stdout may be no file
            config.stash[TERMINAL] = os.fdopen(os.dup(sys.stdout.fileno()), "w")
            config.add_cleanup(config.stash[TERMINAL].close)


def progress(config: pytest.Config) -> Callable[[str, int, int], None] | None:
    """What shows how far a run is, or says what nobody would guess where no terminal can show it."""
    if TERMINAL not in config.stash:
        return None
    if not (config.stash[TERMINAL].isatty() and config.get_terminal_writer().hasmarkup):
        from ..measure.grid.rounds import TIMING
        from ..measure.latency.machine_lock import WAITING
        from ..present.terminal.progress import Notice
        from ..run.variants.training_time import WAITING as TRAINS

        return Notice(
            config.stash[TERMINAL], {WAITING: _WAITS, TIMING: "vidcompress: {}", TRAINS: "vidcompress: {}"}
        )
    from ..present.terminal.progress import Progress

    config.stash[PROGRESS] = Progress(config.stash[TERMINAL])
    return config.stash[PROGRESS]


@contextmanager
def shows(item: pytest.Item, planned: Collection[str]) -> Generator[None]:
    """Names a test before whatever it is seen to do.

    Args:
        planned: node ids of the tests that measure.
    """
    shown = item.config.stash.get(PROGRESS, None)
    if shown is None or item.nodeid not in planned:
        yield
        return
    measuring = [each.nodeid for each in item.session.items if each.nodeid in planned]
    shown.about = f"test {measuring.index(item.nodeid) + 1} of {len(measuring)}, {item.name}"
    try:
        yield
    finally:
        shown.end()


@contextmanager
def wiped_after(config: pytest.Config) -> Generator[None]:
    """What is shown meanwhile is gone afterwards."""
    try:
        yield
    finally:
        if PROGRESS in config.stash:
            config.stash[PROGRESS].end()
