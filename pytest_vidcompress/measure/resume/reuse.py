"""How much of a run was there from an earlier one, and what of it stays when the run ends. Light to import."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from .journal import prune

OLDEST_DAYS = 30
"""A journal that nobody used for so long is removed."""
MOST_BYTES = 1 << 30
"""Of all journals."""


@dataclass
class Reuse:
    """One measurement, counted while it goes on."""

    what: str
    """`reference`, or the name of the variant."""
    model: str
    lasting: bool
    """Its predictions stay when the run ends."""
    hits: int = 0
    """Predictions of an earlier run."""
    lookups: int = 0
    """All predictions."""

    def merged(self, other: Reuse | None) -> Reuse:
        """Of two processes of one run, which may both have read the same."""
        if other is None:
            return self
        return replace(self, hits=max(self.hits, other.hits), lookups=max(self.lookups, other.lookups))


def finish(folder: Path, reuse: Mapping[str, Reuse]) -> None:
    """Removes what only an interrupted run would want, and what is old, when a run ends by itself.

    Args:
        folder: of the journals.
        reuse: of the run, by journal.
    """
    with suppress(OSError):
        for name, each in reuse.items():
            if not each.lasting:
                (folder / name).unlink(missing_ok=True)
        prune(folder, time.time() - OLDEST_DAYS * 86400, MOST_BYTES)
