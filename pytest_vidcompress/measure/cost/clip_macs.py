"""Multiply-accumulates clip by clip, of a model whose work depends on what it is shown.

Whether it does is found by counting: the first clip beside one as unlike any video as can be. A model that drops
tokens or skips still frames does other work there; what is built of the same layers for every clip does not, and is
counted no further. Both clips may leave at the same exit of what has some: such parts say themselves that it depends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

import torch

from ...compress.layers.by_clip import depends_on_clip
from ..interval import quantile
from .macs import Work, work


def macs_by_clip(
    target: Callable[[torch.Tensor], Any],
    pixels: torch.Tensor,
    counted: Work,
    clips: Callable[[], Sequence[torch.Tensor]],
) -> tuple[int, ...]:
    """The multiply-accumulates of each of several clips; empty where the work does not depend on the clip.

    Args:
        pixels: the first clip, as `target` takes it.
        counted: its work.
        clips: the clips to count where it does; any dtype.
    """
    if not depends_on_clip(target) and work(target, torch.zeros_like(pixels)).macs == counted.macs:
        return ()
    found = [work(target, clip.to(pixels.dtype)).macs for clip in clips()]
    return tuple(macs for macs in found if macs is not None)


def in_words(macs: Sequence[int]) -> str:
    """`MACs depend on the clip: 0.310 to 0.520 G (p10 to p90) of 12 clips, 0.421 G in the mean`."""
    low, high, mean = (each / 1e9 for each in (quantile(macs, 0.1), quantile(macs, 0.9), fmean(macs)))
    middle = f"{low:.3g} to {high:.3g} G (p10 to p90) of {len(macs)} clips"
    return f"MACs depend on the clip: {middle}, {mean:.3g} G in the mean"
