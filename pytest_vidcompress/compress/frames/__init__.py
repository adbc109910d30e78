"""`frames`: the same model looks at fewer frames of a clip.

Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019: a student built as its teacher sees
every j-th frame (section 3); table 1 compares which frames those are. `distil` after it trains such a student.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..technique import Stored, Technique
from .frame_numbers import Frames

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model


def apply(model: Model, parameters: Frames, clips: Clips) -> Model:
    from .fewer_frames import look_at_fewer

    module, places = look_at_fewer(model, parameters)
    note = f"looks at {len(places)} of {model.profile.frames} frames: {', '.join(map(str, places))}"
    profile = replace(model.profile, chosen=places)
    return replace(model, module=module, profile=profile, notes=(*model.notes, note))


def rebuild(module: nn.Module, parameters: Frames, stored: Stored) -> nn.Module:
    from .fewer_frames import rebuilt

    return rebuilt(module, parameters, stored)


FRAMES = Technique("fewer frames of a clip are looked at", apply, Frames, rebuild=rebuild)
TECHNIQUES = {"frames": FRAMES}
