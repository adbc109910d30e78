"""Anything that maps pixels to logits, over clips."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import torch
from torch.nn.functional import logsigmoid

from ...clips.loader import Clips
from ...clips.profile import Merge
from ...errors import VidcompressError
from ...models.adapter import evaluating, logits_from
from ...models.frame_count import frame_axis_of, refuse_other_frames
from .label_sets import several

OfView = Callable[[torch.Tensor], torch.Tensor]
"""Pixels of one view -> its logits, `(1, labels)` float32."""
Progress = Callable[[str, int, int], None]
"""`(what, done, total)`."""


class Predict(Protocol):
    """What runs a target over clips, as `predict` does."""

    def __call__(
        self,
        target: Callable[[torch.Tensor], Any],
        clips: Clips,
        labels: int,
        progress: Progress | None,
        enough: Callable[[torch.Tensor], bool] | None,
        remember: Callable[[OfView], OfView] | None,
        /,
    ) -> tuple[torch.Tensor, torch.Tensor]: ...


def logits_of(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> torch.Tensor:
    """Calls `target` with pixels `(B, T, C, H, W)` and returns its logits `(B, labels)`: see `logits_from`."""
    return logits_from(target(pixels))


@torch.inference_mode()
def predict(
    target: Callable[[torch.Tensor], Any],
    clips: Clips,
    labels: int,
    progress: Progress | None = None,
    enough: Callable[[torch.Tensor], bool] | None = None,
    remember: Callable[[OfView], OfView] | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits `(N, labels)` and targets of all clips, or of the first ones that are enough.

    Targets are label ids `(N,)`, or bool `(N, labels)` of clips that may have several labels.

    One view a batch, as a device would run it: dynamic quantization chooses its scales by the batch, and a
    clip's result must not hang on its neighbours. Views of one clip are merged as the clips' profile says.

    Args:
        target: maps pixels to logits.
        clips: in the order in which they are taken.
        labels: logits a clip.
        progress: told after every clip.
        enough: asked after every clip with its merged logits, `(1, labels)`: True ends it there.
        remember: wraps what computes a view, so that what an earlier run predicted is not computed again.

    Raises:
        VidcompressError: the target's weights know another number of frames, or it returns something other
            than one row of `labels` logits a view.
    """
    rows: list[torch.Tensor] = []
    targets: list[torch.Tensor] = []
    total = 0
    of_view: OfView = partial(_row, target, labels)
    if remember is not None:
        of_view = remember(of_view)
    with evaluating(target):
        for views, of_clip in clips.batches(1):
            row = merged([of_view(view) for view in views.split(1)], clips.profile.merge, several(of_clip))
            rows.append(row)
            targets.append(of_clip)
            done = enough is not None and enough(row)
            # A bar ends where its total is reached.
            total = len(rows) if done else clips.expected
            if progress:
                progress("clips", len(rows), total)
            if done:
                break
    if progress and len(rows) < total:
        # The last clips were none after all.
        progress("clips", len(rows), len(rows))
    if not rows:
        return torch.empty(0, labels), torch.empty(0, dtype=torch.long)
    return torch.cat(rows), torch.cat(targets)


def merged(rows: Sequence[torch.Tensor], how: Merge, sets: bool = False) -> torch.Tensor:
    """One prediction of all views of a clip.

    Args:
        rows: the logits of each view, `(1, labels)`.
        how: `logits`: their mean; `softmax`: the logarithm of the mean of their softmax.
        sets: a clip may have several labels, so that each has a probability of its own: then `softmax` is the logit
            of the mean of their sigmoids.

    Returns:
        `(1, labels)`; of a single view its own logits, bit for bit.
    """
    if len(rows) == 1:
        return rows[0]
    together = torch.cat(list(rows))
    if how == "logits":
        return together.mean(0, keepdim=True)
    if sets:
        there, absent = (logsigmoid(sign * together).logsumexp(0, keepdim=True) for sign in (1, -1))
        return there - absent
    return together.log_softmax(-1).logsumexp(0, keepdim=True) - math.log(len(rows))


def _row(target: Callable[[torch.Tensor], Any], labels: int, view: torch.Tensor) -> torch.Tensor:
    refuse_other_frames("the measured model", target, view.shape[frame_axis_of(target)])
    # A model may write all its answers into one buffer: this one is kept.
    row = logits_of(target, view).detach().float().cpu().clone()
    if row.shape != (1, labels):
        raise VidcompressError(
            f"the measured model returned shape {tuple(row.shape)} for one clip; expected logits of shape"
            f" (1, {labels}), one a label of the model"
        )
    return row
