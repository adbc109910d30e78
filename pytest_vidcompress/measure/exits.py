"""Where clips left what they may leave early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from ..compress.exits.exit_counts import ExitCounts
from .interval import share_interval


def exit_counts_of(run: object) -> ExitCounts | None:
    """What counts it, in what executes; None of what computes the same of every clip."""
    for part in run.modules() if isinstance(run, nn.Module) else (run,):
        found: Any = getattr(part, "exit_counts", None)
        if isinstance(found, ExitCounts):
            return found
    return None


def in_words(exits: Mapping[str, int]) -> str:
    """`of 640 clips leave 82.3 % at first (79.2 to 85.1), 17.7 % at then (14.9 to 20.8)`."""
    clips = sum(exits.values())
    shares = (
        f"{100 * share:.1f} % at {name} ({100 * low:.1f} to {100 * high:.1f})"
        for name, number in exits.items()
        for share, low, high in (share_interval(number, clips),)
    )
    return f"of {clips:,} clips leave {', '.join(shares)}"
