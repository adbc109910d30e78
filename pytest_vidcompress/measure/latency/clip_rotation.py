"""Clips that are timed in turns: a user's calls see one clip after the other, and some may take longer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import torch

from ...clips.loader import Clips

MOST_CLIPS = 12
"""As many as the fewest pairs of calls: each is timed as often as the others, however many pairs there are, or what a
run sees would hang on how long it went on."""
MANY_CLIPS = 60
"""As many as the most pairs, for what takes longer of one clip than of another: its time is that of many."""
MOST_BYTES = 128 << 20
"""Of the prepared pixels of a model."""


@dataclass(frozen=True)
class PreparedClips:
    """Pixels of one view of each of a few clips, as a model takes them."""

    ids: tuple[str, ...]
    pixels: tuple[torch.Tensor, ...]
    """Each `(1, T, C, H, W)`, or as the profile's layout says."""


def prepare(clips: Clips, most: int = MOST_CLIPS) -> PreparedClips:
    """The first clips of the sample, which are balanced over its classes, as many as may be in memory at once."""
    pixels = first_views(clips, most)
    return PreparedClips(tuple(clip.id for clip in clips[: len(pixels)]), pixels)


def first_views(clips: Clips, most: int = MOST_CLIPS) -> tuple[torch.Tensor, ...]:
    """One view of each of the first clips, each a tensor of its own; a set without a usable clip refuses."""
    taken: list[torch.Tensor] = []
    for views, _ in islice(clips.batches(1), most):
        taken.append(views[:1].clone())
        if (len(taken) + 1) * taken[0].nbytes > MOST_BYTES:
            break
    return tuple(taken[: _divisor(len(taken), most)])


def _divisor(count: int, pairs: int) -> int:
    """The largest number of clips up to `count` by which so many pairs show all of them equally often."""
    return max(number for number in range(1, max(1, count) + 1) if pairs % number == 0)


class Rotation:
    """Puts one clip after the other where the calls of both arms find it.

    Its memory stays where it is, and is written anew for every pair: as after preprocessing, pixels are warm, and no
    clip lies better than another.
    """

    def __init__(self, prepared: PreparedClips) -> None:
        self._prepared = prepared
        self._place = -1
        self.pixels = prepared.pixels[0].clone()
        """What the next calls are given."""

    def turn(self) -> str:
        """Brings the next clip; returns its id."""
        self._place = (self._place + 1) % len(self._prepared.pixels)
        self.pixels.copy_(self._prepared.pixels[self._place])
        return self._prepared.ids[self._place]
