"""Multiply-accumulates clip by clip, of a model whose work depends on what it is shown.

Whether it does is found by counting: the first clip beside one as unlike any video as can be. A model that drops
tokens or skips still frames does other work there; what is built of the same layers for every clip does not, and is
counted no further. Both clips may leave at the same exit of what has some: such parts say themselves that it depends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch

from ...compress.layers.by_clip import depends_on_clip
from ..accuracy.threads import threads_to_answer
from .macs import Work, work


def macs_by_clip(
    target: Callable[[torch.Tensor], Any],
    pixels: torch.Tensor,
    counted: Work,
    clips: Callable[[], Iterable[torch.Tensor]],
) -> tuple[int | None, ...]:
    """The multiply-accumulates of each of several clips, None of one of which not all could be counted; empty where
    the work does not depend on the clip.

    Args:
        pixels: the first clip, as `target` takes it.
        counted: its work.
        clips: the clips to count where it does, one by one; any dtype.
    """
    if not depends_on_clip(target) and work(target, torch.zeros_like(pixels)).macs == counted.macs:
        return ()
    with threads_to_answer(target, counted.macs):
        return tuple(work(target, clip.to(pixels.dtype)).macs for clip in clips())
