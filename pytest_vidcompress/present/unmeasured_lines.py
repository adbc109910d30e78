"""What is stored and was not measured, because it is measured only where that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..gate.latency.level import START_PAIRS
from .text_table import list_within
from .width import WIDTH
from .wording import count

OPTIONS = {
    "start_ratio": f"--vc-start={START_PAIRS}",
    "answer_ratio": f"--vc-answer={START_PAIRS}",
    "recall_at_1": "vc_measure(variant, search=True)",
}
"""Metric -> what asks for it."""


def unmeasured_lines(unmeasured: Collection[tuple[str, str]], width: int = WIDTH) -> Iterator[list[str]]:
    """A block a metric: whose is stored and was not measured; nothing is held to it then.

    Args:
        unmeasured: metrics, each with a variant.
    """
    for metric, option in OPTIONS.items():
        if names := sorted(name for missed, name in unmeasured if missed == metric):
            whose = count(len(names), "variant")
            text = f"{metric} of {whose} is stored and was not measured ({option} does):"
            yield [text, f"  {list_within(names, width - 2)}"]
