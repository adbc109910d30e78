"""What is known of a family of video classifiers, and of its published checkpoints.

A family is one file of `families`, which defines `FAMILY`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..clips.profile import Profile
from .checkpoint.original_layout import OriginalLayout

if TYPE_CHECKING:
    import torch
    from torch import nn

POCKET = Path(__file__).parent / "pocket"
"""Where the packaged checkpoints are."""
DEFAULT_CLIPS = "pocket"
"""The clip set that most of them are for."""


def _empty() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class LabelSpace:
    """The classes that a checkpoint was trained to tell apart; their names stand in the checkpoint itself."""

    name: str
    classes: int


KINETICS_400, KINETICS_600 = LabelSpace("Kinetics-400", 400), LabelSpace("Kinetics-600", 600)
SSV2, DIVING48 = LabelSpace("Something-Something v2", 174), LabelSpace("Diving48", 48)


@dataclass(frozen=True)
class OwnArchitecture:
    """What transformers would do for one of its own: of a family that it does not have."""

    configuration: Callable[[Mapping[str, Any]], Any]
    """What a `config.json` says -> a configuration, with `model_type`, `id2label`, `num_labels`, `to_dict()` and what
    the family's `frames_key` and `size_key` name.

    Raises:
        VidcompressError: it says what cannot be.
    """
    build: Callable[[Any], nn.Module]
    """A configuration -> its classifier of random weights, on torch's default device; likewise."""


@dataclass(frozen=True)
class Pretrained:
    """A family in one geometry, with weights that were published or that are packaged."""

    model_type: str
    """As transformers' configurations call its family."""
    checkpoint: str
    """Hub id of the fine-tuned weights; empty where there are none but those that are packaged."""
    profile: Profile
    """Of the published checkpoint."""
    geometry: Mapping[str, Any] = field(default_factory=_empty)
    """What its configuration sets besides the defaults of its class, and what tells it from its family's others."""
    pocket: Path | None = None
    """Folder of the packaged checkpoint."""
    clips: str = DEFAULT_CLIPS
    """The packaged clip set that this checkpoint is for."""
    file: str = ""
    """Address of the file that its authors publish, in their own names; empty where they publish none such."""
    by_default: bool = True
    """Does the packaged checkpoint run where no model is named?"""
    labels: LabelSpace = KINETICS_400
    top1: float | None = None
    """Share of the validation set that was right by its authors' own measurement, under the profile's published
    views; None where they say none."""
    published_resize: int | None = None
    """The short side of a frame there, as in `Profile`; None: the profile's own."""
    published_size: int | None = None
    """Height and width of a crop there, which is as high as the frame; None: the profile's own."""

    @property
    def is_published(self) -> bool:
        """Are there weights of others?"""
        return bool(self.checkpoint or self.file)


@dataclass(frozen=True)
class Family:
    """An architecture of transformers', a video classifier or what `classifier` makes one of; or one of our own."""

    model_type: str
    """As its configurations call it."""
    title: str
    """As its paper calls it."""
    profile: Profile
    """Of a checkpoint in a geometry of its own, where it does not say more."""
    pretrained: Mapping[str, Pretrained] = field(default_factory=_empty)
    """Its published checkpoints, by their names for `--vc-model`."""
    frames_key: str = "num_frames"
    """What its configuration calls the frames of a clip; dotted where a part of it does."""
    size_key: str = "image_size"
    """What its configuration calls height and width of a crop, pixels; likewise."""
    frames_of: Callable[[Any], int] | None = None
    """How many frames the weights of a module know. AttributeError: it is none of this family, or does not tell.
    None: a module of this family takes any number."""
    time_embeddings: str = ""
    """End of the name of the tensor `(1, frames, hidden)` with a row a frame; empty where there is none."""
    original: OriginalLayout | None = None
    """Of checkpoints as its authors publish them; None where those are not read."""
    processor: Mapping[str, Any] = field(default_factory=_empty)
    """What its processor does where `preprocessor_config.json` does not say, by that file's keys."""
    classifier: Callable[[Any, torch.Tensor], nn.Module] | None = None
    """Of a family whose labels are texts: transformers' model of videos and texts, and the embeddings of the labels
    `(labels, width)` -> a classifier. None where transformers' own model is one."""
    own: OwnArchitecture | None = None
    """Of a family that transformers does not have; None of its own."""
    head: str = "classifier"
    """The part that makes logits of a clip's embedding; a module with a method `embedding` says that itself."""
    embedding: str = "class token"
    """What that is given, in words."""

    def profile_for(
        self, frames: int | None = None, size: int | None = None, labels: int | None = None
    ) -> Profile:
        """The profile of the published checkpoint of these `frames` and `size`, of several the one with as many
        `labels`; the family's where none is."""
        alike = [
            each
            for each in self.pretrained.values()
            if (each.profile.frames, each.profile.size) == (frames, size)
        ]
        alike.sort(key=lambda each: each.labels.classes != labels)
        return alike[0].profile if alike else self.profile
