"""What a student learns of a teacher."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from ..errors import VidcompressError
from ..models.adapter import logits_from
from .losses import (
    class_loss,
    distillation_loss,
    hidden_loss,
    label_distillation_loss,
    representation_loss,
)
from .seen import inputs_of, outputs_of


@dataclass(frozen=True)
class Distillation:
    """From a teacher: its classes, and where weights say so its hidden states, what its classifier is given, and the
    labels; an `Objective`."""

    teacher: nn.Module
    """In eval mode; it learns nothing."""
    temperature: float = 2.0
    label_weight: float = 0.0
    hidden_weight: float = 0.0
    pairs: Mapping[str, str] = field(default_factory=dict[str, str])
    """Block of the student -> the teacher's that it is to answer like, by their names; needed for hidden states."""
    representation_weight: float = 0.0
    classifiers: tuple[str, str] = ("", "")
    """Names of the layers that give the logits, of the student and of the teacher; needed for representations."""
    prediction_weight: float = 1.0
    """Of the classes."""

    def __call__(self, module: nn.Module, pixels: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            lesson = self.lesson(pixels)
        return self.loss(module, pixels, targets, lesson)

    def lesson(self, pixels: torch.Tensor) -> Answer:
        """What the teacher makes of some clips."""
        return self._answer(self.teacher, pixels, self.pairs.values(), self.classifiers[1])

    def loss(
        self, module: nn.Module, pixels: torch.Tensor, targets: torch.Tensor, lesson: Answer
    ) -> torch.Tensor:
        """How far a student is from that, and from the labels."""
        own = self._answer(module, pixels, self.pairs.keys(), self.classifiers[0])
        terms = self._of_answers(own.logits, lesson.logits, targets)
        if self.hidden_weight:
            terms.append(self.hidden_weight * hidden_loss(*self._alike(own.states, lesson.states)))
        for mine, aim in zip(own.representation, lesson.representation, strict=True):
            terms.append(self.representation_weight * representation_loss(*_as_wide(mine, aim)))
        return sum(terms[1:], terms[0])

    def answer_loss(self, own: torch.Tensor, theirs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The part of that which hangs on the logits of both alone, `(B, labels)`."""
        terms = self._of_answers(own, theirs, targets)
        return sum(terms[1:], terms[0])

    def _of_answers(
        self, own: torch.Tensor, theirs: torch.Tensor, targets: torch.Tensor
    ) -> list[torch.Tensor]:
        terms: list[torch.Tensor] = []
        if self.prediction_weight:
            apart = distillation_loss if targets.dim() == 1 else label_distillation_loss
            terms.append(self.prediction_weight * apart(own, theirs, self.temperature))
        if self.label_weight:
            terms.append(self.label_weight * class_loss(own, targets))
        return terms

    def _answer(
        self, module: nn.Module, pixels: torch.Tensor, blocks: Iterable[str], classifier: str
    ) -> Answer:
        names = blocks if self.hidden_weight else ()
        layers = (classifier,) if self.representation_weight else ()
        with outputs_of(module, names) as states, inputs_of(module, layers) as given:
            logits = logits_from(module(pixels))
        return Answer(logits, states, (*given.values(),))

    def _alike(
        self, states: Mapping[str, torch.Tensor], aims: Mapping[str, torch.Tensor]
    ) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """The states of pairs whose shapes are the same."""
        both = [(states[own], aims[theirs]) for own, theirs in self.pairs.items()]
        alike = [(state, aim) for state, aim in both if state.shape == aim.shape]
        if not alike:
            raise VidcompressError(
                "no block of the student gives what a block of its teacher gives, in width and tokens: leave out the"
                " weight of hidden states"
            )
        return [state for state, _ in alike], [aim for _, aim in alike]


@dataclass(frozen=True)
class Answer:
    """What a module made of some clips, as far as a distillation asks for it."""

    logits: torch.Tensor
    states: Mapping[str, torch.Tensor]
    """What blocks gave, by their names."""
    representation: tuple[torch.Tensor, ...]
    """What the classifier was given; empty where nobody asks."""

    def detached(self) -> Answer:
        """The same, that nobody learns through."""
        states = {name: state.detach() for name, state in self.states.items()}
        return Answer(self.logits.detach(), states, tuple(each.detach() for each in self.representation))


def _as_wide(student: torch.Tensor, teacher: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if student.shape != teacher.shape:
        raise VidcompressError(
            f"the classifier of the student is given {tuple(student.shape)}, that of its teacher"
            f" {tuple(teacher.shape)}: leave out the weight of representations"
        )
    return student, teacher
