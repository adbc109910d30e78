"""`prune-gradual`: the smallest weights become zero a few at a time, while the others learn to do without them.

Zhu and Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression", 2017, section 3:
the share of zeros grows along a cubic, fast while there is much that nothing needs. What is learned is to answer as
the uncompressed reference does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..parameters import in_range, is_layers, one_of, positive
from ..technique import Technique
from ..train.training_parameters import TrainingParameters

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...learn.lessons import Lessons
    from ...models.model import Model
    from ..layers.product import Layer

_ROUNDS = 100
"""How often weights become zero: each looks at all of them."""


@dataclass(frozen=True)
class PruneGradual(TrainingParameters):
    amount: float = 0.8
    """Share of the weights in scope that are zero at the end."""
    scope: str = "all"
    """Which layers: `all` but the classifier, or `global`, as `prune-global` has it."""
    layers: str = ":"
    """Blocks in scope: an index or a slice."""
    growing: float = 0.7
    """Share of the training over which zeros become more; in the rest of it nothing but the others changes."""
    temperature: float = 2.0
    """That the logits of model and reference are divided by, as in `distil`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        in_range(self, "amount", 0, 1)
        one_of(self, "scope", ("all", "global"))
        is_layers(self, "layers")
        positive(self, "growing", 1)
        positive(self, "temperature", 100)


def learn(model: Model, parameters: PruneGradual, clips: Clips, lessons: Lessons) -> Model:
    from ...learn.distillation import Distillation
    from ...learn.loop import train
    from ..scope import matrices

    layers = matrices(model, (parameters.scope,), parameters.layers)
    objective = Distillation(lessons.teacher.module, parameters.temperature)
    training = replace(parameters.training(objective), after_step=_pruning(layers, parameters))
    curve = train(model.module, training, lessons)
    return replace(model, notes=(*model.notes, curve.describe()), curves=(*model.curves, curve))


def share_of_zeros(amount: float, progress: float) -> float:
    """How many weights are zero.

    Args:
        amount: share of them that is at the end.
        progress: share of the growth that is over, 0 ... 1.
    """
    return amount * (1 - (1 - progress) ** 3)


def _pruning(layers: Sequence[Layer], parameters: PruneGradual) -> Callable[[int, int], None]:
    """What is to be done after a step of the training; what it makes zero, the training leaves zero."""
    from .threshold import smallest

    def prune(done: int, total: int) -> None:
        growing = max(1, math.ceil(parameters.growing * total))
        if done > growing or (done < growing and done % math.ceil(growing / _ROUNDS)):
            return
        amount = share_of_zeros(parameters.amount, done / growing)
        zeros = smallest([layer.weight.abs() for layer in layers], amount)
        for layer, zero in zip(layers, zeros, strict=True):
            layer.weight.masked_fill_(zero, 0)

    return prune


PRUNE_GRADUAL = Technique(
    "trained while the smallest weights become zero", parameters=PruneGradual, learn=learn
)
TECHNIQUES = {"prune-gradual": PRUNE_GRADUAL}
