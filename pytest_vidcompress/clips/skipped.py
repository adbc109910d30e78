"""Clips that could not be used: how many of which kind, and when they are too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from .clip import Skipped

if TYPE_CHECKING:
    from .loader import Clips, Progress


def by_kind(skipped: Iterable[Skipped]) -> str:
    """`12 truncated, 3 empty`, the commonest first."""
    counts = Counter(str(each.kind) for each in skipped)
    return ", ".join(
        f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def too_many(skipped: Sequence[Skipped], sample: int, most: float) -> str:
    """Why a run on what is left of the sample says nothing about the clip set; empty when it does.

    Args:
        skipped: of the sample.
        sample: clips in it.
        most: share of them that may be skipped.
    """
    if len(skipped) <= most * sample:
        return ""
    first = skipped[0]
    return (
        f"{len(skipped)} of {sample} clips cannot be used, {100 * len(skipped) / sample:.3g} % where"
        f" --vc-max-skipped allows {100 * most:.3g} %: {by_kind(skipped)}; the first is {first.clip.path},"
        f" {first.reason}; get these files again, or raise --vc-max-skipped"
    )


def ended_by_skipped(clips: Clips, sample: int, most: float, progress: Progress | None) -> Progress:
    """What is to be told of an evaluation, so that it ends with VidcompressError where `too_many` is certain."""

    def told(what: str, done: int, total: int) -> None:
        if progress is not None:
            progress(what, done, total)
        if sample - clips.expected > most * sample:
            raise VidcompressError(
                f"more than {100 * most:.3g} % of the clips cannot be used (--vc-max-skipped)"
            )

    return told
