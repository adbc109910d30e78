"""Clips that say how sure an answer must be: none that is tested, and none that anything was trained on. Heavy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import torch

from ...clips.training_clips import TrainingClips
from ...errors import VidcompressError
from ..technique import refuse_without_clips

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...learn.lessons import Batches

BATCH = 16


@dataclass(frozen=True)
class ThresholdClips:
    """Those of a clip set.

    Args:
        technique: by its name, for messages.
        calibration: what other techniques calibrate on.
        training: clips to train on; None where there are none.
        number: as many as are wanted.
    """

    technique: str
    calibration: Clips
    training: Batches | None
    number: int

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Pixels `(B, T, C, H, W)`, one view a clip, and targets, as `Clips.batches` gives them.

        Of clips to train on it is the end of an epoch: a training that is no longer than one meets none of its last.

        Raises:
            VidcompressError: there are no clips.
        """
        if not isinstance(self.training, TrainingClips):
            yield from self._calibrating()
            return
        number = min(self.number, len(self.training))
        # Of a set so small that a batch matters no clip is left out.
        size = BATCH if len(self.training) >= number + BATCH else 1
        steps, wanted = len(self.training) // size, -(-number // size)
        left = number
        for pixels, targets in self.training.batches(range(steps - wanted, steps), size):
            yield pixels[:left], targets[:left]
            left -= len(pixels)

    def _calibrating(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        refuse_without_clips(self.technique, self.calibration, ", or give its threshold=")
        for views, targets in islice(self.calibration.batches(1), self.number):
            yield views[:1], targets


def right_answers(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Of logits `(N, labels)` and targets `(N,)`, or bool `(N, labels)`: is the first answer right? `(N,)`."""
    answers = logits.argmax(-1)
    if targets.ndim == 1:
        return answers == targets.to(answers.device)
    return targets.to(answers.device).gather(1, answers.unsqueeze(1)).squeeze(1)


def refuse_without_targets(technique: str, targets: torch.Tensor) -> None:
    """Raises VidcompressError for clips none of whose labels a model has: nothing tells what is lost."""
    if targets.ndim == 1 and len(targets) and bool((targets < 0).any()):
        raise VidcompressError(
            f"{technique} is calibrated on clips with the model's labels, and these have others: name some with"
            " --clips, or give its threshold="
        )
