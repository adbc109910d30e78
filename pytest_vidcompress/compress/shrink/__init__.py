"""`shrink`: neurons, heads, blocks and width that go, not zeros; the rest is fitted to do their work.

The result is a smaller model: fewer bytes and fewer multiplications on dense kernels. Nothing is learned: repairs are
in closed form, from calibration clips without labels. Of models of no family known here `mlp` means the neurons or
channels between two layers in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..parameters import in_range, one_of
from ..technique import Technique

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model

ALONE = 0.25
"""Share of the neurons that go where a recipe does not say what."""


@dataclass(frozen=True)
class Shrink:
    mlp: float = 0.0
    """Share of the neurons of every feed-forward layer that go; of a CNN, of channels. A quarter, where nothing else
    is given either."""
    heads: float = 0.0
    """Share of the heads of every attention that go."""
    blocks: float = 0.0
    """Blocks that go, one run of them: their number, or below one their share."""
    width: float = 0.0
    """Share of the channels of a token that go."""
    allocate: str = "uniform"
    """`uniform`: neurons and heads go by the same share everywhere; `global`: by that share of all of them, from
    where they cost least."""
    repair: str = "least-squares"
    """`none`; `mean`: the layer behind gets the mean of what is gone in its bias; `least-squares`: it is fitted to
    what the original gives."""
    choice: str = "score"
    """`score`: what costs least by that repair goes; `random`: the control."""
    seed: int = 0
    """Of the random choice."""

    def __post_init__(self) -> None:
        for name in ("mlp", "heads", "width"):
            in_range(self, name, 0, 1)
        in_range(self, "blocks", 0, float("inf"))
        if self.blocks >= 1 and self.blocks != int(self.blocks):
            raise VidcompressError(f"blocks={self.blocks:g} is no number of blocks, nor a share below 1")
        one_of(self, "allocate", ("uniform", "global"))
        one_of(self, "repair", ("none", "mean", "least-squares"))
        one_of(self, "choice", ("score", "random"))

    @property
    def neurons(self) -> float:
        """Share of the neurons that go."""
        return self.mlp if self.mlp or self.heads or self.blocks or self.width else ALONE

    @property
    def calibrates(self) -> bool:
        """Does it look at clips?"""
        return self.repair != "none" or self.choice != "random" or self.allocate == "global"


def apply(model: Model, parameters: Shrink, clips: Clips) -> Model:
    from .shrink_model import shrink_model

    if parameters.calibrates and not clips.expected:
        raise VidcompressError(
            "shrink calibrates on clips that are not tested, and the sample takes all there are: leave it some with a"
            " smaller sample, or choose by chance and repair nothing"
        )
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
