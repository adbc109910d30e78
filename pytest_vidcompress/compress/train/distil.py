"""`distil`: trains whatever comes before it in the recipe to answer as the uncompressed reference does.

Hinton et al., "Distilling the Knowledge in a Neural Network", 2015: the softened classes of the reference are the
aim, so that clips need no label. Structure stays, and weights that were pruned to zero stay zero, unless the student
is to be of another depth or width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..parameters import in_range, positive
from ..shrink.shares import Shrink
from ..technique import Technique
from .training_parameters import TrainingParameters

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...learn.lessons import Lessons
    from ...learn.losses import Distillation
    from ...models.model import Model


@dataclass(frozen=True)
class Distil(TrainingParameters):
    """And what is learned of the reference."""

    temperature: float = 2.0
    """That the logits of both are divided by: the higher, the more of what is not the first class is learned."""
    labels: float = 0.0
    """Weight of the labels' cross entropy beside it."""
    hidden: float = 0.0
    """Weight of the distance between what blocks of both give, where they are as wide."""
    representation: float = 0.0
    """Weight of the distance between what the classifiers of both are given, where it is as wide: whatever frames a
    student sees, that is one vector a clip."""
    depth: int = 0
    """Blocks of the student, evenly chosen from those that there are; 0: all."""
    mlp: float = 0.0
    """Share of the neurons that the student lacks, chosen as `shrink` does; likewise the others."""
    heads: float = 0.0
    width: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "temperature", 100)
        in_range(self, "labels", 0, 1e6)
        in_range(self, "hidden", 0, 1e6)
        in_range(self, "depth", 0, 1 << 16)
        for name in ("mlp", "heads", "width"):
            in_range(self, name, 0, 1)

    @property
    def lacks(self) -> Shrink | None:
        """What of the blocks that are left goes; None where nothing does."""
        if not (self.mlp or self.heads or self.width):
            return None
        return Shrink(mlp=self.mlp, heads=self.heads, width=self.width)


def learn(model: Model, parameters: Distil, clips: Clips, lessons: Lessons) -> Model:
    from ...learn.loop import train
    from .students import student_of

    student = student_of(model, parameters.depth, parameters.lacks, clips)
    objective = _objective(student.module, parameters, lessons)
    curve = train(student.module, parameters.training(objective), lessons)
    return replace(student, notes=(*student.notes, curve.describe()), curves=(*student.curves, curve))


def rebuild(module: nn.Module, parameters: Distil, stored: Mapping[str, Sequence[int]]) -> nn.Module:
    from .. import shrink
    from .students import with_depth

    module = with_depth(module, parameters.depth) if parameters.depth else module
    lacks = parameters.lacks
    return shrink.rebuild(module, lacks, stored) if lacks else module


def _objective(student: nn.Module, parameters: Distil, lessons: Lessons) -> Distillation:
    from ...learn.losses import Distillation
    from .block_pairs import block_pairs

    teacher = lessons.teacher.module
    return Distillation(
        teacher,
        parameters.temperature,
        parameters.labels,
        parameters.hidden,
        block_pairs(student, teacher) if parameters.hidden else {},
        parameters.representation,
        (_classifier(student), _classifier(teacher)) if parameters.representation else ("", ""),
    )


def _classifier(module: nn.Module) -> str:
    """Name of the layer that gives the logits."""
    from ..layers.product import classifier, has_weights

    found = classifier({name: part for name, part in module.named_modules() if has_weights(part)})
    if not found:
        raise VidcompressError(
            "the model has no layer that gives its logits, whose input could be learned: leave out representation="
        )
    return found


DISTIL = Technique("trained to answer as the reference does", parameters=Distil, learn=learn, rebuild=rebuild)
TECHNIQUES = {"distil": DISTIL}
