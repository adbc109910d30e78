"""Tests that were skipped because what executes their variants is not installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..wording import count


def lacking_lines(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """Two lines a runtime; none where nothing was skipped.

    Args:
        skipped: of each test, the runtime's name and what it needs.
    """
    lines: list[str] = []
    for (runtime, needs), tests in sorted(Counter(skipped).items()):
        lines += [f"{count(tests, 'test')} skipped, runtime {runtime!r} cannot run here:", f"  {needs}"]
    return lines
