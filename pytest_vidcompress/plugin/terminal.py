"""The terminal that progress is drawn on while pytest captures what tests print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

import pytest

from .xdist.worker import is_worker, relay

if TYPE_CHECKING:
    from ..present.terminal.progress.bar import Bar
    from ..present.terminal.progress.notice import Notice
    from ..present.terminal.progress.pace import Pace
    from ..present.terminal.progress.relay import Relay

TERMINAL = pytest.StashKey[TextIO]()
COLUMNS = pytest.StashKey[int]()
_WAITS = (
    "vidcompress: another run is timing on this machine, and this one waits for it: two would slow each other"
)
PROGRESS: pytest.StashKey[Bar | Notice | Relay] = pytest.StashKey()
RUN: pytest.StashKey[Pace] = pytest.StashKey()
"""How fast tests get on."""


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
    shown = relay(config) if is_worker(config) else bar_or_lines(config)
    if shown is None:
        return None
    from ..present.terminal.progress.pace import Pace

    config.stash[RUN] = Pace()
    config.stash[PROGRESS] = shown
    return shown


def bar_or_lines(config: pytest.Config) -> Bar | Notice | None:
    """As the terminal can show them; None where there is no output at all."""
    terminal = config.stash.get(TERMINAL, None)
    if terminal is None:
        return None
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
    if is_worker(item.config):
        # How many there are, and how many of them are over, knows the process that shares them out.
        shown.pace.about = item.name
    else:
        shown.pace.about = _place_in_run(item, planned)
    try:
        yield
    finally:
        shown.end()


def _place_in_run(item: pytest.Item, planned: Collection[str]) -> str:
    measuring = [each.nodeid for each in item.session.items if each.nodeid in planned]
    done = measuring.index(item.nodeid)
    run = item.config.stash[RUN]
    run.count("tests", done, len(measuring))
    left = f" ({run.left})" if run.left else ""
    return f"test {done + 1} of {len(measuring)}{left}, {item.name}"


def hush(config: pytest.Config) -> None:
    """From now on nothing is shown: the summary stands where it would."""
    if PROGRESS in config.stash:
        config.stash[PROGRESS].end()
        config.stash[PROGRESS].pace.is_told = False


@contextmanager
def wiped_after(config: pytest.Config) -> Generator[None]:
    """What is shown meanwhile is gone afterwards."""
    try:
        yield
    finally:
        if PROGRESS in config.stash:
            config.stash[PROGRESS].end()
