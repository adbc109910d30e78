"""`shrink`: neurons, heads, blocks and width that go, not zeros; the rest is fitted to do their work.

The result is a smaller model: fewer bytes and fewer multiplications on dense kernels. Nothing is learned: repairs are
in closed form, from calibration clips without labels. Of models of no family known here `mlp` means the neurons or
channels between two layers in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..technique import Technique, refuse_without_clips
from .shares import Shrink

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model


def apply(model: Model, parameters: Shrink, clips: Clips) -> Model:
    from .shrink_model import shrink_model

    if parameters.calibrates:
        refuse_without_clips("shrink", clips, ", or choose by chance and repair nothing")
    shrink_model(model, parameters, clips)
    note = (f"shrunk by {clips.expected} clips",) if parameters.calibrates else ()
    return replace(model, notes=(*model.notes, *note))


def rebuild(module: nn.Module, parameters: Shrink, stored: Mapping[str, Sequence[int]]) -> nn.Module:
    from .anatomies import anatomy_of
    from .structure_record import rebuild_sizes, resize_to_stored

    anatomy = anatomy_of(module)
    if anatomy is None:
        resize_to_stored(module, stored)
    else:
        rebuild_sizes(module, anatomy, stored)
    return module.eval()


SHRINK = Technique(
    "neurons, heads, blocks and width removed, the rest refitted", apply, Shrink, rebuild=rebuild
)
TECHNIQUES = {"shrink": SHRINK}
