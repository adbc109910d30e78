"""A subject's cost with that of single clips, where it depends on them; and the clip that stands for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import torch

from ...clips.loader import Clips
from ..cost.cost import Cost
from ..cost.weigh import weigh
from ..interval import quantile
from ..subject import Subject
from .motion import MOST_COUNTED
from .shown_clips import ShownClips


def counted_cost(
    subject: Subject,
    clips: Clips,
    first: torch.Tensor,
    shown: Callable[[], ShownClips],
    most: int = MOST_COUNTED,
) -> Cost:
    """What a subject takes; where that depends on the clip, with the clips that were counted.

    Args:
        first: one view of the first clip, `(1, T, C, H, W)`.
        shown: asked where it depends on the clip: the first ones, at least as many as are counted.
        most: clips that are counted one by one.
    """

    def views() -> Iterator[torch.Tensor]:
        return (pixels[:1] for pixels, _ in islice(clips.batches(1), most))

    cost = weigh(subject, first, views)
    return replace(cost, shown=shown().first(len(cost.macs_by_clip))) if cost.macs_by_clip else cost


def usual_clip(clips: Clips, cost: Cost) -> torch.Tensor:
    """Pixels of one view of the first clip; where cost depends on the clip, of the first one of the median work, as
    `latency_ratio` is a median over clips."""
    macs = cost.macs_by_clip
    place = macs.index(int(quantile(macs, 0.5))) if macs else 0
    pixels, _ = next(islice(clips.batches(1), place, None))
    return pixels[:1]
