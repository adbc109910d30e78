"""`prune-global`: the weights of attention, dense layers and convolutions that count least become zero.

By default unstructured L1 pruning with one threshold over all of them, the study's global pruning (section 6.2.1).
Other scores ask calibration clips what a weight counts for. How much of a layer becomes zero, magnitudes decide in
any case: changes of two layers' outputs do not compare, and one threshold over them empties whole layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..parameters import in_range, is_layers, one_of
from ..technique import Technique

if TYPE_CHECKING:
    import torch

    from ...clips.loader import Clips
    from ...models.model import Model
    from ..layers.product import Layer

MAGNITUDE, ACTIVATION, SECOND_ORDER = "magnitude", "activation", "second-order"


@dataclass(frozen=True)
class PruneGlobal:
    amount: float = 0.2
    """Share of the weights in scope that become zero."""
    layers: str = ":"
    """Blocks in scope: an index or a slice."""
    score: str = MAGNITUDE
    """What a weight counts for: its `magnitude`; `activation`, that times what it is multiplied with; `second-order`,
    what is lost where others make up for it, as they then do."""

    def __post_init__(self) -> None:
        in_range(self, "amount", 0, 1)
        is_layers(self, "layers")
        one_of(self, "score", (MAGNITUDE, ACTIVATION, SECOND_ORDER))


def apply(model: Model, parameters: PruneGlobal, clips: Clips) -> Model:
    from ..scope import matrices

    layers = matrices(model, ("global",), parameters.layers)
    if parameters.score == MAGNITUDE:
        _prune_by_magnitude(layers, parameters.amount)
        return model
    _prune_by_clips(model, layers, parameters, clips)
    return replace(model, notes=(*model.notes, f"calibrated on {clips.expected} clips"))


def _prune_by_magnitude(layers: Sequence[Layer], amount: float) -> None:
    from torch.nn.utils import prune

    prune.global_unstructured(
        [(layer, "weight") for layer in layers], pruning_method=prune.L1Unstructured, amount=amount
    )
    for layer in layers:
        prune.remove(layer, "weight")  # zeros in the weight itself: a mask would double the file


def _prune_by_clips(model: Model, layers: Sequence[Layer], parameters: PruneGlobal, clips: Clips) -> None:
    import torch

    from ..layers.moments import by_group, moments_of
    from .threshold import smallest

    found = moments_of(model.module, layers, clips, f"prune-global:score={parameters.score}")
    by_magnitude = smallest([layer.weight.detach().abs() for layer in layers], parameters.amount)
    with torch.no_grad():
        for layer, moments, zeros in zip(layers, found, by_magnitude, strict=True):
            share = float(zeros.double().mean())
            groups = zip(by_group(layer, layer.weight), moments.second, strict=True)
            made = torch.stack(
                [_pruned(weight, second, share, parameters.score) for weight, second in groups]
            )
            layer.weight.copy_(made.reshape(layer.weight.shape))


def _pruned(weight: torch.Tensor, second: torch.Tensor, share: float, score: str) -> torch.Tensor:
    """Weights `(outputs, row)` with a share of zeros, by second moments of the rows, `(row, row)`."""
    from .scores import activation, second_order
    from .second_order import compensated
    from .threshold import smallest

    if score == ACTIVATION:
        return weight.masked_fill(smallest([activation(weight, second)], share)[0], 0)
    return compensated(weight, smallest([second_order(weight, second)], share)[0], second)


PRUNE_GLOBAL = Technique("unstructured L1 over attention, dense layers and convolutions", apply, PruneGlobal)
TECHNIQUES = {"prune-global": PRUNE_GLOBAL}
