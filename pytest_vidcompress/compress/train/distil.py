"""`distil`: trains whatever comes before it in the recipe to answer as the uncompressed reference does.

Hinton et al., "Distilling the Knowledge in a Neural Network", 2015: the softened classes of the reference are the
aim, so that clips need no label. Structure stays, and weights that were pruned to zero stay zero, unless the student
is to be of another depth or width, or begins from scratch.

Of a student that looks at fewer frames than its teacher (`frames` before it), the losses of Bhardwaj et al.,
"Efficient Video Classification Using Fewer Frames", CVPR 2019, section 3.2, each with a weight: `representation`,
`prediction` and `labels`. Their teacher is trained first, or beside the student (`parallel`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..parameters import in_range, one_of, positive
from ..shrink.shares import Shrink
from ..technique import Technique
from .classifier_name import classifier_name
from .training_parameters import TrainingParameters

if TYPE_CHECKING:
    from torch import nn

    from ...clips.loader import Clips
    from ...learn.distillation import Distillation
    from ...learn.lessons import Lessons
    from ...learn.losses import Objective
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
    prediction: float = 1.0
    """Weight of the distance between the classes of both."""
    start: str = "given"
    """Weights that the student begins with: `given`, those that the techniques before it left, or `scratch`, random
    ones. What is frozen stays as it is."""
    parallel: bool = False
    """Is the teacher one that begins from scratch as the student does, and learns the labels beside it? Otherwise it
    is the reference as it is."""

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "temperature", 100)
        in_range(self, "labels", 0, 1e6)
        in_range(self, "hidden", 0, 1e6)
        in_range(self, "depth", 0, 1 << 16)
        in_range(self, "prediction", 0, 1e6)
        for name in ("mlp", "heads", "width"):
            in_range(self, name, 0, 1)
        one_of(self, "start", ("given", "scratch"))
        if self.from_scratch and self.batch < 2:
            raise VidcompressError(
                f"batch={self.batch}: what begins from scratch needs 2 clips or more a step"
            )
        if not (self.prediction or self.labels or self.hidden or self.representation):
            raise VidcompressError(
                "there is nothing to learn: expected a weight of prediction, labels, hidden or representation above 0"
            )

    @property
    def from_scratch(self) -> bool:
        """Does the student begin with random weights?"""
        return self.parallel or self.start == "scratch"

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
    made, objective, taught = _pupils(student.module, parameters, lessons)
    training = parameters.training(objective)
    if parameters.from_scratch:
        training = replace(training, statistics=True)
    curve = train(made, training, taught)
    return replace(student, notes=(*student.notes, curve.describe()), curves=(*student.curves, curve))


def _pupils(student: nn.Module, parameters: Distil, lessons: Lessons) -> tuple[nn.Module, Objective, Lessons]:
    """The module that is trained, the student or a pair with it, what it makes small, and of what."""
    from ...learn.beside import Beside, Pair
    from ...learn.feature_lessons import on_features
    from ...models.module_copy import module_copy
    from .from_scratch import begin_anew

    teacher = lessons.teacher.module
    if parameters.from_scratch:
        begin_anew(student, lessons.seed)
    if parameters.parallel:
        teacher = module_copy(teacher)
        begin_anew(teacher, lessons.seed + 1)
    (student, teacher), lessons = on_features(lessons, student, teacher)
    distillation = _objective(student, teacher, parameters)
    if not parameters.parallel:
        return student, distillation, lessons
    return Pair(student, teacher), Beside(distillation), lessons


def rebuild(module: nn.Module, parameters: Distil, stored: Mapping[str, Sequence[int]]) -> nn.Module:
    from .. import shrink
    from .students import with_depth

    module = with_depth(module, parameters.depth) if parameters.depth else module
    lacks = parameters.lacks
    return shrink.rebuild(module, lacks, stored) if lacks else module


def _objective(student: nn.Module, teacher: nn.Module, parameters: Distil) -> Distillation:
    from ...learn.distillation import Distillation
    from .block_pairs import block_pairs

    return Distillation(
        teacher,
        parameters.temperature,
        parameters.labels,
        parameters.hidden,
        block_pairs(student, teacher) if parameters.hidden else {},
        parameters.representation,
        (classifier_name(student), classifier_name(teacher)) if parameters.representation else ("", ""),
        parameters.prediction,
    )


DISTIL = Technique("trained to answer as the reference does", parameters=Distil, learn=learn, rebuild=rebuild)
TECHNIQUES = {"distil": DISTIL}
