"""`prune-global`: the weights of attention, dense layers and convolutions that count least become zero.

By default unstructured L1 pruning with one threshold over all of them, the study's global pruning (section 6.2.1).
Others ask calibration clips. How much of a layer becomes zero is decided by magnitudes in any case: changes of two
layers' outputs do not compare, and one threshold over them empties whole layers. Batch norms follow, by calibration
clips.
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
    """What a weight counts for: its `magnitude`; that times what it meets, `activation`; its magnitude, and the
    others make up for it, `second-order`."""

    def __post_init__(self) -> None:
        in_range(self, "amount", 0, 1)
        is_layers(self, "layers")
        one_of(self, "score", (MAGNITUDE, ACTIVATION, SECOND_ORDER))


def apply(model: Model, parameters: PruneGlobal, clips: Clips) -> Model:
    from ..scope import matrices
    from .batch_statistics import norms_follow

    layers = matrices(model, ("global",), parameters.layers)
    with norms_follow(model, clips) as notes:
        if parameters.score == MAGNITUDE:
            _prune_by_magnitude(layers, parameters.amount)
        else:
            _prune_by_clips(model, layers, parameters, clips)
            notes.append(f"calibrated on {clips.expected} clips")
    return replace(model, notes=(*model.notes, *notes))


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
    change = _PRUNED[parameters.score]
    with torch.no_grad():
        for layer, moments, zeros in zip(layers, found, by_magnitude, strict=True):
            groups = by_group(layer, layer.weight), by_group(layer, zeros), moments.second
            made = torch.stack([change(*group) for group in zip(*groups, strict=True)])
            layer.weight.copy_(made.reshape(layer.weight.shape))


def _by_activation(weight: torch.Tensor, zeros: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """As many zeros, where a weight times the root mean square of what it meets is least."""
    from .threshold import smallest

    scores = weight.double().abs() * second.diagonal().sqrt()
    (is_zero,) = smallest([scores], float(zeros.double().mean()))
    return weight.masked_fill(is_zero, 0)


def _by_second_order(weight: torch.Tensor, zeros: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """The same zeros, made up for."""
    from .second_order import compensated

    return compensated(weight, zeros, second)


_PRUNED = {ACTIVATION: _by_activation, SECOND_ORDER: _by_second_order}
"""Score -> `(weights (outputs, row), zeros by magnitude, second moments of the rows (row, row)) -> weights`."""
PRUNE_GLOBAL = Technique("unstructured L1 over attention, dense layers and convolutions", apply, PruneGlobal)
TECHNIQUES = {"prune-global": PRUNE_GLOBAL}
