"""`finetune`: trains whatever comes before it in the recipe by the labels of clips that are never tested.

Its structure stays, and weights that were pruned to zero stay zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..technique import Technique
from .training_parameters import TrainingParameters

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...learn.lessons import Lessons
    from ...models.model import Model


@dataclass(frozen=True)
class Finetune(TrainingParameters):
    """Only its budget and its optimizer's settings."""


def learn(model: Model, parameters: Finetune, clips: Clips, lessons: Lessons) -> Model:
    from ...learn.loop import train
    from ...learn.losses import label_loss

    curve = train(model.module, parameters.training(label_loss), lessons)
    return replace(model, notes=(*model.notes, curve.describe()), curves=(*model.curves, curve))


FINETUNE = Technique("trained by labels", parameters=Finetune, learn=learn)
TECHNIQUES = {"finetune": FINETUNE}
