"""What files show, by what answers them: the likeliest labels of each, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from ...clips.crops.disk_cache import Shelf
from ...clips.faults import Undecodable
from .arm import Arm
from .each_file import each_file

NO_NUMBER = "the model's answer is not a number"
"""Why a file that decodes has no labels."""


@dataclass(frozen=True)
class Guess:
    """A label, and how likely the model holds it to be."""

    label: str
    probability: float


@dataclass(frozen=True)
class Classified:
    """A file with its likeliest labels, the first one first; or none, and why."""

    path: Path
    guesses: tuple[Guess, ...] = ()
    reason: str = ""
    """In words, without the file's name; empty where it was classified."""
    kind: str = ""
    """The same as one of a few, to be counted: see `Fault`."""


@dataclass(frozen=True)
class Answers:
    """What the outputs of a model mean."""

    labels: tuple[str, ...]
    several: bool = False
    """A clip may have more than one label: each has a probability of its own."""

    def likeliest(self, logits: torch.Tensor, most: int) -> tuple[Guess, ...]:
        """Of logits `(labels,)`, so many at most; equal ones as the model has them."""
        shares = logits.double().sigmoid() if self.several else logits.double().softmax(-1)
        values, places = shares.sort(descending=True, stable=True)
        best = zip(places.tolist(), values.tolist(), strict=True)
        return tuple(Guess(self.labels[place], value) for place, value in [*best][:most])


def classify(
    arm: Arm, files: Sequence[Path], answers: Answers, most: int = 5, shelf: Shelf | None = None
) -> Iterator[Classified]:
    """Files in their order, each with `most` labels; decoded ahead where that is worth it.

    Args:
        shelf: where decoded pixels are kept from run to run; None for nowhere.
    """
    for path, outcome in each_file(arm, files, shelf):
        if isinstance(outcome, Undecodable):
            yield Classified(path, reason=str(outcome), kind=str(outcome.kind))
            continue
        row = _row(arm, outcome, answers.several)
        if torch.isfinite(row).all():
            yield Classified(path, answers.likeliest(row, most))
        else:
            yield Classified(path, reason=NO_NUMBER, kind="no answer")


@torch.inference_mode()
def _row(arm: Arm, pixels: torch.Tensor, several: bool) -> torch.Tensor:
    return arm.logits(pixels, several)[0].detach().float().cpu()
