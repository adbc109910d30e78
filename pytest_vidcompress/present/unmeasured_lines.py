"""Ratios that are stored and were not measured, because they are measured only where that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..gate.latency.level import START_PAIRS
from .text_table import list_within
from .width import WIDTH
from .wording import count

OPTIONS = {"start_ratio": "--vc-start", "answer_ratio": "--vc-answer"}
"""Ratio -> what asks for it."""


def unmeasured_lines(unmeasured: Collection[tuple[str, str]], width: int = WIDTH) -> Iterator[list[str]]:
    """A block a ratio: whose is stored and was not measured; nothing is held to it then.

    Args:
        unmeasured: ratios, each with a variant.
    """
    for ratio, option in OPTIONS.items():
        if names := sorted(name for missed, name in unmeasured if missed == ratio):
            whose = count(len(names), "variant")
            text = f"{ratio} of {whose} is stored and was not measured ({option}={START_PAIRS} does):"
            yield [text, f"  {list_within(names, width - 2)}"]
