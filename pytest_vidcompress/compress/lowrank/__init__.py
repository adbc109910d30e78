"""`lowrank`: a linear layer becomes two thin ones, `y = B (A x) + b`, where that saves arithmetic.

Of all matrices of a rank it takes that whose outputs lie closest to the layer's on calibration clips, not that which
lies closest to its weights: what a layer is hardly ever given costs it nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from ...errors import VidcompressError
from ..parameters import in_range, is_layers, one_of, positive
from ..technique import Stored, Technique

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...models.model import Model

_RANK = 0.25
_NEXT = ("fp16", "bf16", "int8-static", "int8-weights", "int8-dynamic", "finetune", "distil", "int8-qat")


@dataclass(frozen=True)
class LowRank:
    rank: float = _RANK
    """Share of each layer's full rank, which is the smaller of its inputs and outputs."""
    energy: float = 0.0
    """Share of the variance of each layer's outputs that is left, which then decides the ranks; 0: `rank` does."""
    scope: str = "global"
    """Which layers: `global`, `attention` or `dense`."""
    layers: str = ":"
    """Blocks in scope: an index or a slice."""

    def __post_init__(self) -> None:
        positive(self, "rank", 1)
        if self.energy != 1:
            in_range(self, "energy", 0, 1)
        if self.energy and self.rank != _RANK:
            raise VidcompressError(f"rank={self.rank:g} and energy={self.energy:g}: give one of them")
        one_of(self, "scope", ("global", "attention", "dense"))
        is_layers(self, "layers")


def apply(model: Model, parameters: LowRank, clips: Clips) -> Model:
    from torch import nn

    from ..layers.moments import moments_of
    from ..layers.product import is_layer
    from ..layers.substitute import substitute
    from ..scope import matrices
    from .factors import Factored, Spectrum

    chosen = matrices(model, (parameters.scope,), parameters.layers)
    layers = [layer for layer in chosen if is_layer(layer) and isinstance(layer, nn.Linear)]
    if not layers:
        raise VidcompressError(
            f"lowrank: model {model.name!r} has no linear layers in scope {parameters.scope}, and convolutions stay:"
            " leave it out of its recipes"
        )
    made: dict[nn.Module, Factored] = {}
    for layer, moments in zip(layers, moments_of(model.module, layers, clips, "lowrank"), strict=True):
        spectrum = Spectrum.of(layer, moments)
        full = len(spectrum.values)
        rank = (
            spectrum.rank_of(parameters.energy)
            if parameters.energy
            else max(1, round(parameters.rank * full))
        )
        if rank * (layer.in_features + layer.out_features) < layer.weight.numel():
            made[layer] = spectrum.truncated(rank)
    if not made:
        asked = f"energy={parameters.energy:g}" if parameters.energy else f"rank={parameters.rank:g}"
        raise VidcompressError(
            f"lowrank: with {asked} none of {len(layers)} linear layers of model {model.name!r} is cheaper as two:"
            " ask for less of it"
        )
    substitute(model.module, lambda part: part in made, lambda _, part: made[part])
    ranks = [each.rank for each in made.values()]
    note = f"{len(made)} of {len(layers)} linear layers are two, of ranks {min(ranks)} to {max(ranks)}"
    return replace(model, notes=(*model.notes, note))


def rebuild(module: nn.Module, parameters: LowRank, stored: Stored) -> nn.Module:
    from torch import nn

    from ..layers.substitute import exactly, substitute
    from .factors import empty

    def two(name: str, part: nn.Module) -> nn.Module | None:
        first = stored.get(f"{name}.0.weight")
        return None if first is None else empty(cast("nn.Linear", part), first[0])

    return substitute(module, exactly(nn.Linear), two)


LOWRANK = Technique(
    "a linear layer as two thin ones, closest on calibration clips",
    apply,
    LowRank,
    last=True,
    rebuild=rebuild,
    followers=_NEXT,
)
TECHNIQUES = {"lowrank": LOWRANK}
