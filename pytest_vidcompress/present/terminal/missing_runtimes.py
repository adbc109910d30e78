"""Tests that were skipped because what executes their variants is not installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..text_table import paragraph
from ..width import WIDTH
from ..wording import count


def missing_lines(skipped: Iterable[tuple[str, str]], width: int = WIDTH) -> list[str]:
    """A runtime and what it needs; nothing where nothing was skipped.

    Args:
        skipped: of each test, the runtime's name and what it needs.
    """
    lines: list[str] = []
    for (runtime, needs), tests in sorted(Counter(skipped).items()):
        lines += paragraph(f"{count(tests, 'test')} skipped, runtime {runtime!r} cannot run here:", width)
        lines += paragraph(needs, width, "  ")
    return lines
