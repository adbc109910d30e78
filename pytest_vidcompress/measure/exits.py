"""Where clips left what they may leave early."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
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


@contextmanager
def counted_exits(run: object) -> Generator[dict[str, int]]:
    """Exit -> how many leave there in this block, once it is over; empty of what computes the same of every clip."""
    counts, found = exit_counts_of(run), dict[str, int]()
    if counts:
        counts.clear()
    yield found
    if counts:
        found.update(counts.by_name())


def in_words(exits: Mapping[str, int], views: int = 1) -> tuple[str, ...]:
    """`of 640 clips leave 82.3 % at first (79.2 to 85.1), 17.7 % at then (14.9 to 20.8)`; nothing of none.

    Args:
        views: of a clip, each of which leaves by itself.
    """
    clips, what = sum(exits.values()), "clips" if views == 1 else "views"
    if not clips:
        return ()
    shares = (
        f"{100 * share:.1f} % at {name} ({100 * low:.1f} to {100 * high:.1f})"
        for name, number in exits.items()
        for share, low, high in (share_interval(number, clips),)
    )
    return (f"of {clips:,} {what} leave {', '.join(shares)}",)
