"""Anything that maps pixels to logits, over clips."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from ..clips.loader import Clips
from ..errors import VidcompressError

Progress = Callable[[str, int, int], None]
"""`(what, done, total)`."""


def logits_of(target: Callable[[torch.Tensor], Any], pixels: torch.Tensor) -> torch.Tensor:
    """Calls `target` and returns its logits `(B, labels)`, also where they come in an output object."""
    output = target(pixels)
    logits = getattr(output, "logits", output)
    if not isinstance(logits, torch.Tensor):
        logits = torch.as_tensor(logits)
    return logits


@torch.inference_mode()
def predict(
    target: Callable[[torch.Tensor], Any],
    clips: Clips,
    labels: int,
    progress: Progress | None = None,
    enough: Callable[[torch.Tensor], bool] | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits `(N, labels)` and label ids `(N,)` of all clips, or of the first ones that are enough.

    One clip a batch, as a device would run it: dynamic quantization chooses its scales by the batch, and a
    clip's result must not hang on its neighbours.

    Args:
        target: maps pixels to logits.
        clips: in the order in which they are taken.
        labels: logits a clip.
        progress: told after every clip.
        enough: asked after every clip with its logits, `(1, labels)`: True ends it there.

    Raises:
        VidcompressError: the target returns something other than one row of `labels` logits a clip.
    """
    rows: list[torch.Tensor] = []
    ids: list[torch.Tensor] = []
    with evaluating(target):
        for pixels, label in clips.batches(1):
            row = logits_of(target, pixels).detach().float()
            if row.shape != (1, labels):
                raise VidcompressError(
                    f"the measured model returned shape {tuple(row.shape)} for one clip; expected logits of shape"
                    f" (1, {labels}), one a label of the model"
                )
            rows.append(row)
            ids.append(label)
            done = enough is not None and enough(row)
            if progress:
                # A bar ends where its total is reached.
                progress("clips", len(rows), len(rows) if done else len(clips))
            if done:
                break
    if not rows:
        return torch.empty(0, labels), torch.empty(0, dtype=torch.long)
    return torch.cat(rows), torch.cat(ids)


@contextmanager
def evaluating(target: object) -> Generator[None]:
    """Keeps a module in eval mode, and puts it back as it was: dropout would make every number random."""
    training = [m for m in target.modules() if m.training] if isinstance(target, nn.Module) else []
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
