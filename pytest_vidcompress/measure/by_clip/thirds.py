"""Clips in thirds by how much they move. Pure."""

from __future__ import annotations

from collections.abc import Sequence

THIRDS = ("still", "middle", "fast")
"""In the order of their motion."""


def thirds(motions: Sequence[float]) -> tuple[str, ...]:
    """Of each clip, which third it is in; of clips that move alike, earlier ones are in the lower. Empty where they
    cannot be told apart: of fewer than three, or of all the same motion."""
    if len(motions) < len(THIRDS) or min(motions) == max(motions):
        return ()
    order = sorted(range(len(motions)), key=motions.__getitem__)
    places = {clip: place for place, clip in enumerate(order)}
    return tuple(THIRDS[len(THIRDS) * places[clip] // len(motions)] for clip in range(len(motions)))
