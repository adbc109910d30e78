"""The terminal that progress is drawn on while pytest captures what tests print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

import pytest

if TYPE_CHECKING:
    from ..present.terminal.progress.bar import Bar
    from ..present.terminal.progress.notice import Notice
    from ..present.terminal.progress.pace import Pace

TERMINAL = pytest.StashKey[TextIO]()
COLUMNS = pytest.StashKey[int]()
_WAITS = (
    "vidcompress: another run is timing on this machine, and this one waits for it: two would slow each other"
)
PROGRESS: pytest.StashKey[Bar | Notice] = pytest.StashKey()
RUN: pytest.StashKey[Pace] = pytest.StashKey()
"""How fast tests get on."""


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
    """What shows how far a run is, or says now and then where no terminal can show it."""
    if TERMINAL not in config.stash:
        return None
    from ..present.terminal.progress.pace import Pace

    config.stash[RUN] = Pace()
    config.stash[PROGRESS] = _bar_or_lines(config, config.stash[TERMINAL])
    return config.stash[PROGRESS]


def _bar_or_lines(config: pytest.Config, terminal: TextIO) -> Bar | Notice:
    from ..present.terminal.progress.output import draws

    # What tests print under `-s` would run into a bar.
    if draws(terminal, os.environ) and config.getoption("capture") != "no":
        from ..present.terminal.progress.bar import Bar

        return Bar(terminal)
    from ..measure.grid.rounds import TIMING
    from ..measure.latency.machine_lock import WAITING
    from ..present.terminal.progress.notice import Notice
    from ..run.variants.training_time import WAITING as TRAINS

    return Notice(terminal, {WAITING: _WAITS, TIMING: "vidcompress: {}", TRAINS: "vidcompress: {}"})


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
    done = measuring.index(item.nodeid)
    run = item.config.stash[RUN]
    run.count("tests", done, len(measuring))
    left = f" ({run.left})" if run.left else ""
    shown.pace.about = f"test {done + 1} of {len(measuring)}{left}, {item.name}"
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
