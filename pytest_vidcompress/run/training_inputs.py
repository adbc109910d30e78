"""A reference and a clip set -> what techniques learn from, without any clip that is tested or calibrated on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..clips.clip import Clip, ClipSet
from ..clips.label_targets import targets_of
from ..clips.loader import Decoding
from ..clips.shared_content import SharedContent
from ..clips.training_clips import TrainingClips
from ..errors import VidcompressError
from ..learn.lessons import Lessons
from ..models.model import Model


@dataclass(frozen=True)
class Reserved:
    """Clips that nothing may be trained on."""

    tested: Sequence[Clip]
    calibration: Sequence[Clip]


def lessons(
    model: Model,
    clip_set: ClipSet,
    reserved: Reserved,
    decoding: Decoding,
    seed: int = 0,
    folder: Path | None = None,
) -> Lessons:
    """What a recipe that learns is given to compress a model.

    Args:
        model: the uncompressed reference, on the device that `decoding` names.
        folder: as in `Lessons`.

    Raises:
        VidcompressError: the set has no clips to train on, or one of them is reserved by what is in it. Of those that
            are made one by one, it is raised when they are taken.
    """
    clips = clip_set.training_clips
    if not clips:
        raise VidcompressError(
            f"clip set {clip_set.name!r} has no clips to train on: give its ClipSet training=, or put the train list,"
            " or the folder train, beside what is tested (docs/learning.md)"
        )
    others = (SharedContent(reserved.tested, "tested"), SharedContent(reserved.calibration, "calibrated on"))

    def refuse(clip: Clip) -> None:
        for other in others:
            other.refuse(clip, "trained on")

    is_listed = isinstance(clips, tuple | list)
    for clip in clips if is_listed else ():
        refuse(clip)
    targets = targets_of(clip_set, model.labels, model.name)
    training = TrainingClips(clips, targets, model.profile, decoding, seed, None if is_listed else refuse)
    return Lessons(model, training, seed, folder, decoding.progress)
