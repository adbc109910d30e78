"""The terminal that progress is drawn on while pytest captures what tests print."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..present.terminal.progress import Progress

TERMINAL = pytest.StashKey[IO[str]]()
COLUMNS = pytest.StashKey[int]()


def open_terminal(config: pytest.Config) -> None:
    """Capturing redirects the descriptor itself while tests run: a duplicate still leads to the terminal.

    Its width is asked for now, for the same reason.
    """
    from ..present.width import width

    config.stash[COLUMNS] = width()
    if sys.stdout.isatty():
        config.stash[TERMINAL] = os.fdopen(os.dup(sys.stdout.fileno()), "w")
        config.add_cleanup(config.stash[TERMINAL].close)


def progress(config: pytest.Config) -> Progress | None:
    """A bar on the terminal; None where nobody looks at one."""
    if TERMINAL not in config.stash or not config.get_terminal_writer().hasmarkup:
        return None
    from ..present.terminal.progress import Progress

    return Progress(config.stash[TERMINAL])
