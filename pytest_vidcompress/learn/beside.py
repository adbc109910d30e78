"""A teacher that learns beside its student: both from one training, each as if the other were none of its own.

Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019, section 3.3, "parallel": the teacher
makes its cross entropy with the labels small and nothing else; the student learns from what the teacher makes of the
same clips at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import nn

from .distillation import Distillation
from .losses import class_loss


class Pair(nn.Module):
    """A student and its teacher, to be trained as one: it has no answer of its own."""

    def __init__(self, student: nn.Module, teacher: nn.Module) -> None:
        super().__init__()
        self.student, self.teacher = student, teacher


@dataclass(frozen=True)
class Beside:
    """What both make small; an `Objective` of a `Pair`."""

    distillation: Distillation
    """What the student learns; in the place of its teacher stands that of the pair."""

    def __call__(self, module: nn.Module, pixels: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        pair = cast(Pair, module)
        distillation = replace(self.distillation, teacher=pair.teacher)
        # The teacher comes first: what it draws at random hangs on no student.
        lesson = distillation.lesson(pixels)
        learned = distillation.loss(pair.student, pixels, targets, lesson.detached())
        return class_loss(lesson.logits, targets) + learned


def learners(module: nn.Module) -> tuple[nn.Module, ...]:
    """The modules of a training that learn each for itself: of no gradient of one hangs a step of another."""
    return (module.student, module.teacher) if isinstance(module, Pair) else (module,)
