"""Clips for techniques that calibrate: none of those that are tested."""

from __future__ import annotations

from collections.abc import Collection

from .clip import Clip, ClipSet
from .sample import sample


def calibration(clip_set: ClipSet, tested: Collection[Clip], number: int, seed: int) -> tuple[Clip, ...]:
    """Picks clips that no test sees, spread over the classes.

    Args:
        clip_set: its spare clips, or where it has none those that are not tested.
        tested: the sample.
        number: at most so many.
        seed: of the pick.

    Returns:
        The clips; none where all are tested.
    """
    seen = {clip.id for clip in tested}
    left = clip_set.spare or tuple(clip for clip in clip_set.clips if clip.id not in seen)
    return sample(left, min(number, len(left)), seed) if left else ()
