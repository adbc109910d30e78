"""What answers a clip's file: the frames that it decodes, and what it calls with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from ...clips.clip import Clip
from ...clips.crops.crops import crops_of
from ...clips.crops.model_input import model_input
from ...clips.profile import FRAME_AXIS, Profile
from ...compress.layers.frame_choice import FrameChoice
from ...models.device import synchronizer
from ...processes.clock import RESOLUTION_S, now_s
from ..accuracy.predict import logits_of, merged
from ..subject import Subject
from .from_file import Round
from .stage_clock import StageClock


@dataclass(frozen=True)
class Arm:
    """A variant, or its reference.

    Args:
        run: pixels of a view -> logits.
        profile: what it is shown, with the frames that are decoded for it.
        device: where it takes pixels.
        blanks: it is given all frames, those blank that it does not look at: a graph of a runtime's own is made for
            one number of them.
    """

    run: Callable[[torch.Tensor], Any]
    profile: Profile
    device: torch.device
    blanks: bool = False

    @classmethod
    def of(cls, subject: Subject, shown: Profile, device: torch.device) -> Arm:
        """Of a subject that was measured on clips as `shown` says."""
        if subject.chosen in ((), shown.chosen):
            return cls(subject.run, shown, device)
        profile = replace(shown, chosen=subject.chosen)
        return cls(subject.run, profile, device, blanks=not _chooses(subject.run))

    @classmethod
    def alone(cls, run: Callable[[torch.Tensor], Any], profile: Profile, device: torch.device) -> Arm:
        """Of what runs, shown what its own profile says."""
        return cls(run, profile, device, blanks=bool(profile.chosen) and not _chooses(run))

    def clock(self) -> StageClock:
        return StageClock(self.run, synchronizer(self.device))

    def answer(self, clip: Clip, clock: StageClock) -> Round:
        """From the clip's file to its prediction, all of its views; nothing is kept from one time to the next.

        Raises:
            Undecodable: the file does not give the frames.
        """
        synchronize = synchronizer(self.device)
        synchronize()
        clock.take()
        began = now_s()
        pixels = self.pixels(clip)
        synchronize()
        decoded = now_s()
        self.logits(pixels)
        synchronize()
        ended = now_s()
        decode_s, model_s = (max(each, RESOLUTION_S) for each in (decoded - began, ended - decoded))
        stages = {stage: max(seconds, RESOLUTION_S) for stage, seconds in clock.take().items()}
        return Round(decode_s, model_s, stages)

    def pixels(self, clip: Clip) -> torch.Tensor:
        """`(V, T, C, H, W)` or as the layout says, of fewer frames where some are chosen."""
        return self.as_input(crops_of(clip.source, self.profile.crop_spec))

    def logits(self, pixels: torch.Tensor, sets: bool = False) -> torch.Tensor:
        """Of all views of a clip `(V, T, C, H, W)`, one a call, as one prediction `(1, labels)`.

        Args:
            sets: as `merged` has it.
        """
        return merged([logits_of(self.run, view) for view in pixels.split(1)], self.profile.merge, sets)

    def as_input(self, crops: torch.Tensor) -> torch.Tensor:
        """Crops of a clip as `crops_of` gives them -> what `pixels` returns."""
        pixels = model_input([crops], self.profile)
        if self.blanks:
            axis = FRAME_AXIS[self.profile.layout]
            shape = [*pixels.shape]
            shape[axis] = self.profile.frames
            places = torch.tensor(self.profile.chosen)
            pixels = pixels.new_zeros(shape).index_copy_(axis, places, pixels)
        return pixels.to(self.device)


def _chooses(run: object) -> bool:
    """Does it take the frames that it looks at by themselves?"""
    return isinstance(run, nn.Module) and any(isinstance(part, FrameChoice) for part in run.modules())
