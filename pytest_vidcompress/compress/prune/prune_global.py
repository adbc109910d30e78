"""`prune-global`: the smallest weights of attention, dense layers and convolutions become zero.

Unstructured L1 pruning with one threshold over all of them, the study's global pruning (section 6.2.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..parameters import in_range, is_layers
from ..technique import Technique

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...models.model import Model


@dataclass(frozen=True)
class PruneGlobal:
    amount: float = 0.2
    """Share of the weights in scope that become zero."""
    layers: str = ":"
    """Blocks in scope: an index or a slice."""

    def __post_init__(self) -> None:
        in_range(self, "amount", 0, 1)
        is_layers(self, "layers")


def apply(model: Model, parameters: PruneGlobal, clips: Clips) -> Model:
    from torch.nn.utils import prune

    from ..scope import matrices

    layers = matrices(model, ("global",), parameters.layers)
    prune.global_unstructured(
        [(layer, "weight") for layer in layers],
        pruning_method=prune.L1Unstructured,
        amount=parameters.amount,
    )
    for layer in layers:
        prune.remove(layer, "weight")  # zeros in the weight itself: a mask would double the file
    return model


PRUNE_GLOBAL = Technique("unstructured L1 over attention, dense layers and convolutions", apply, PruneGlobal)
TECHNIQUES = {"prune-global": PRUNE_GLOBAL}
