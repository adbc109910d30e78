"""What a model should answer of clips: an index a clip, or, where clips have several labels, each by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from ..errors import VidcompressError
from .clip import Clip, ClipSet
from .labels import match


@dataclass(frozen=True)
class Targets:
    """The right answers of clips among a model's outputs."""

    label_ids: Mapping[str, int]
    """Label -> index among the model's outputs."""
    outputs: int = 0
    """How many the model has, in a set of which clips have several labels; 0: each clip has one."""

    @property
    def several_labels(self) -> bool:
        """Whether a clip may have several."""
        return self.outputs > 0

    def of(self, clips: Sequence[Clip]) -> torch.Tensor:
        """Int64 `(B,)`, the index of each clip's label; of a set with several labels bool `(B, outputs)`."""
        if not self.several_labels:
            return torch.tensor([self.label_ids[clip.label] for clip in clips], dtype=torch.int64)
        hot = torch.zeros(len(clips), self.outputs, dtype=torch.bool)
        for row, clip in zip(hot, clips, strict=True):
            row[[self.label_ids[label] for label in clip.labels]] = True
        return hot

    def refuse_unknown(self, clip: Clip) -> None:
        """Refuses a clip to train on whose labels are not among them.

        Raises:
            VidcompressError: it has a label that is not, or several where each clip has one.
        """
        for label in clip.labels:
            if label not in self.label_ids:
                raise VidcompressError(
                    f"clip {clip.id!r} is to be trained on and has label {label!r}, which is none of the set's"
                    f" {len(self.label_ids)} labels"
                )
        if clip.others and not self.several_labels:
            raise VidcompressError(
                f"clip {clip.id!r} is to be trained on and has {len(clip.labels)} labels, where each clip of the set"
                " has one: give the ClipSet several_labels=True, or the clip one label"
            )


def targets_of(clip_set: ClipSet, outputs: Sequence[str], model_name: str) -> Targets:
    """Those of a set's clips among the labels that a model answers with.

    Args:
        outputs: the model's labels, in their order.
        model_name: what an error calls the model.

    Raises:
        VidcompressError: the model has no output for some of the labels.
    """
    ids = match(clip_set.labels, outputs, model_name=model_name, clip_set_name=clip_set.name)
    return Targets(ids, len(outputs) if clip_set.several_labels else 0)


def as_targets(given: Mapping[str, int] | Targets) -> Targets:
    """Of clips with one label each, where only their indices are given."""
    return given if isinstance(given, Targets) else Targets(dict(given))
