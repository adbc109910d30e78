"""Clips that techniques calibrate on outside a test, and which tests are then no longer independent of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from ..clips.clip import Clip, ClipSet
from ..clips.label_targets import targets_of
from ..clips.loader import Clips
from ..clips.pocket.packaged import pocket
from ..clips.sample import calibration, sample
from ..models.model import Model

TESTED = 1000
"""Clips of a set of the user's that tests take by default."""


@dataclass(frozen=True)
class Choice:
    """Clips to calibrate on."""

    clips: tuple[Clip, ...]
    remark: str
    """On what they are, and what tests of which clips then say."""


class CalibrationClips(Clips):
    """Clips that know whether a technique took any."""

    taken = False

    def batches(self, n: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        self.taken = True
        return super().batches(n)


def choose(clip_set: ClipSet, number: int) -> Choice:
    """At most `number` clips: those that tests do not take by default, where there are any.

    Where there are none, those that a smaller sample leaves out first.
    """
    tested = sample(clip_set.clips, None, 0, TESTED)
    free = calibration(clip_set, tested, number, 0)
    if free:
        return Choice(
            free, f"calibrated on {len(free):,} clips of {clip_set.name!r} that no test takes by default"
        )
    chosen, left = tested[-number:], len(tested) - number
    what = (
        f"calibrated on {len(chosen):,} of the {len(tested):,} clips of {clip_set.name!r}: tests of these are"
    )
    if left < 1:
        return Choice(chosen, f"{what} not independent of that")
    return Choice(chosen, f"{what} independent of that with --vc-sample={left} or less, and not with more")


def packaged(number: int) -> Choice:
    """Packaged clips that no test takes, for who names none."""
    clips = calibration(pocket(), (), number, 0)
    return Choice(
        clips,
        f"calibrated on {len(clips)} packaged clips, which are drawings: name clips like yours with --clips",
    )


def ready(choice: Choice, model: Model, clip_set: ClipSet | None) -> CalibrationClips:
    """The clips as a model wants its pixels.

    Args:
        clip_set: whose labels must be the model's; None where nothing but pixels is of use.
    """
    if clip_set is None:
        # No label of the model's: who learns by it fails at once.
        labels = tuple(sorted({clip.label for clip in choice.clips}))
        return CalibrationClips(choice.clips, labels, dict.fromkeys(labels, -1), model.profile)
    targets = targets_of(clip_set, model.labels, model.name)
    return CalibrationClips(choice.clips, clip_set.labels, targets, model.profile)
