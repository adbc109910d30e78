"""What transformers prints: bars, tables of what it loaded, and whole configurations."""

from __future__ import annotations

import logging as levels
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def silenced() -> Generator[None]:
    """Keeps it off the terminal: what matters is in the exceptions that we report."""
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    # Its errors, too: one of them prints a configuration of any length.
    logging.set_verbosity(levels.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
