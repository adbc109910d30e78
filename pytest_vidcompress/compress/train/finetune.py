"""`finetune`: trains whatever comes before it in the recipe by the labels of clips that are never tested.

Its structure stays, and weights that were pruned to zero stay zero. `part=classifier` leaves all weights but those of
the layer that gives the logits as they are: after a training for representations alone, nothing else knows labels.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..parameters import one_of
from ..technique import Technique
from .classifier_name import classifier_name
from .training_parameters import TrainingParameters

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...learn.lessons import Lessons
    from ...models.model import Model


@dataclass(frozen=True)
class Finetune(TrainingParameters):
    """And what of the model is trained."""

    part: str = "all"
    """`all`, or `classifier`: the layer that gives the logits."""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self, "part", ("all", "classifier"))


def learn(model: Model, parameters: Finetune, clips: Clips, lessons: Lessons) -> Model:
    from ...learn.feature_lessons import on_features
    from ...learn.loop import train
    from ...learn.losses import label_loss

    with _only(parameters.part, model.module):
        (module,), taught = on_features(lessons, model.module)
        curve = train(module, parameters.training(label_loss), taught)
    return replace(model, notes=(*model.notes, curve.describe()), curves=(*model.curves, curve))


@contextmanager
def _only(part: str, module: nn.Module) -> Generator[None]:
    """Freezes the other parts in this block."""
    before = {parameter: parameter.requires_grad for parameter in module.parameters()}
    if part == "classifier":
        module.requires_grad_(False)
        module.get_submodule(classifier_name(module)).requires_grad_(True)
    try:
        yield
    finally:
        for parameter, learns in before.items():
            parameter.requires_grad_(learns)


FINETUNE = Technique("trained by labels", parameters=Finetune, learn=learn)
TECHNIQUES = {"finetune": FINETUNE}
