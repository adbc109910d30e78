"""`prune-local-*`: in every layer by itself, the outputs whose weights have the smallest L2 norm become zero: rows of
a matrix, channels of a convolution.

Structured pruning by masks, the study's local pruning (section 6.2.1) in its three scopes. Batch norms follow, by
calibration clips.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..parameters import in_range, is_layers
from ..technique import Technique

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...models.model import Model


@dataclass(frozen=True)
class PruneLocal:
    amount: float = 0.2
    """Share of each layer's outputs whose weights become zero."""
    layers: str = ":"
    """Blocks in scope: an index or a slice."""

    def __post_init__(self) -> None:
        in_range(self, "amount", 0, 1)
        is_layers(self, "layers")


def _technique(summary: str, *scopes: str) -> Technique:
    def apply(model: Model, parameters: PruneLocal, clips: Clips) -> Model:
        from torch.nn.utils import prune

        from ..scope import matrices
        from .batch_statistics import norms_follow

        layers = matrices(model, scopes, parameters.layers)
        with norms_follow(model, clips) as notes:
            for layer in layers:
                prune.ln_structured(layer, "weight", amount=parameters.amount, n=2, dim=0)
                prune.remove(layer, "weight")
        return replace(model, notes=(*model.notes, *notes))

    return Technique(f"structured L2, outputs of {summary}", apply, PruneLocal)


PRUNE_LOCAL_ATTENTION = _technique("attention matrices", "attention")
PRUNE_LOCAL_DENSE = _technique("dense layers and convolutions", "dense")
PRUNE_LOCAL_BOTH = _technique("attention, dense layers and convolutions", "attention", "dense")
TECHNIQUES = {
    "prune-local-attention": PRUNE_LOCAL_ATTENTION,
    "prune-local-dense": PRUNE_LOCAL_DENSE,
    "prune-local-both": PRUNE_LOCAL_BOTH,
}
