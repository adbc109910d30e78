"""What is known of a family of video classifiers, and of its published checkpoints.

A family is one file of `families`, which defines `FAMILY`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..clips.profile import Profile

POCKET = Path(__file__).parent / "pocket"
"""Where the packaged checkpoints are."""


def _empty() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Pretrained:
    """A family in one geometry, with weights that were published."""

    model_type: str
    """As transformers' configurations call its family."""
    checkpoint: str
    """Hub id of the weights fine-tuned on Kinetics-400."""
    profile: Profile
    """Of the published checkpoint."""
    geometry: Mapping[str, Any] = field(default_factory=_empty)
    """What its configuration sets besides the defaults of its class."""
    pocket: Path | None = None
    """Folder of the packaged checkpoint for the pocket clips; what has one runs by default."""


@dataclass(frozen=True)
class Family:
    """An architecture that transformers' `AutoModelForVideoClassification` builds."""

    model_type: str
    """As its configurations call it."""
    title: str
    """As its paper calls it."""
    profile: Profile
    """Of a checkpoint in a geometry of its own, where it does not say more."""
    pretrained: Mapping[str, Pretrained] = field(default_factory=_empty)
    """Its published checkpoints, by their names for `--vc-model`."""
    frames_key: str = "num_frames"
    """What its configuration calls the frames of a clip."""
    size_key: str = "image_size"
    """What its configuration calls height and width of a crop, pixels."""
    frames_of: Callable[[Any], int] | None = None
    """How many frames the weights of a module know. AttributeError: it is none of this family, or does not tell.
    None: a module of this family takes any number."""
    time_embeddings: str = ""
    """End of the name of the tensor `(1, frames, hidden)` with a row a frame; empty where there is none."""
    processor: Mapping[str, Any] = field(default_factory=_empty)
    """What its processor does where `preprocessor_config.json` does not say, by that file's keys."""

    def profile_for(self, frames: int | None = None, size: int | None = None) -> Profile:
        """The profile of the published checkpoint of these `frames` and `size`; the family's where none is."""
        published = (each.profile for each in self.pretrained.values())
        alike = (each for each in published if (each.frames, each.size) == (frames, size))
        return next(alike, self.profile)
