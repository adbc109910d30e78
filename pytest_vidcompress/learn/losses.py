"""What a training makes small: `(module, pixels, label ids) -> loss`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn.functional import cross_entropy, kl_div, log_softmax, mse_loss
from torch.utils._pytree import tree_leaves

from ..errors import VidcompressError
from ..models.adapter import logits_from

_LEAST_VARIANCE = 1e-4
Objective = Callable[[nn.Module, torch.Tensor, torch.Tensor], torch.Tensor]
"""`(module, pixels (B, T, C, H, W), label ids (B,)) -> scalar`."""


def label_loss(module: nn.Module, pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy of what a module answers with the labels, nats."""
    return cross_entropy(logits_from(module(pixels)), labels)


def distillation_loss(student: torch.Tensor, teacher: torch.Tensor, temperature: float) -> torch.Tensor:
    """How far the student's classes are from the teacher's, both softened, nats.

    KL divergence times the temperature squared, so that its gradients do not shrink with it (Hinton et al.,
    "Distilling the Knowledge in a Neural Network", 2015, section 2).

    Args:
        student: logits `(B, labels)`.
        teacher: likewise.
        temperature: that logits are divided by.
    """
    soft = log_softmax(student / temperature, -1), log_softmax(teacher / temperature, -1)
    return temperature**2 * kl_div(*soft, reduction="batchmean", log_target=True)


def hidden_loss(student: Sequence[torch.Tensor], teacher: Sequence[torch.Tensor]) -> torch.Tensor:
    """Squared distance of hidden states, as a share of the teacher's squares; the mean over all pairs.

    Args:
        student: of any shapes, each that of its teacher's.
        teacher: as many.
    """
    shares = [
        mse_loss(own, theirs) / theirs.square().mean() for own, theirs in zip(student, teacher, strict=True)
    ]
    return torch.stack(shares).mean()


def representation_loss(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Squared distance of what the classifiers of both are given, as a share of the teacher's variance over clips.

    `L_rep` of Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019, section 3.2. It is not
    divided there: then its size is that of the features, and no weight suits two models.

    Args:
        student: `(B, D)`.
        teacher: likewise; of two clips at least, or its squares take the place of its variance.
    """
    centred = teacher - teacher.mean(0) if len(teacher) > 1 else teacher
    return mse_loss(student, teacher) / centred.square().mean().clamp_min(_LEAST_VARIANCE)


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

    def __call__(self, module: nn.Module, pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        names = self.pairs if self.hidden_weight else {}
        own, theirs = ((name,) if self.representation_weight else () for name in self.classifiers)
        with (
            torch.no_grad(),
            outputs_of(self.teacher, names.values()) as aims,
            inputs_of(self.teacher, theirs) as known,
        ):
            wanted = logits_from(self.teacher(pixels))
        with outputs_of(module, names.keys()) as states, inputs_of(module, own) as given:
            logits = logits_from(module(pixels))
        loss = distillation_loss(logits, wanted, self.temperature)
        if self.label_weight:
            loss = loss + self.label_weight * cross_entropy(logits, labels)
        if self.hidden_weight:
            loss = loss + self.hidden_weight * hidden_loss(*self._alike(states, aims))
        for mine, aim in zip(given.values(), known.values(), strict=True):
            loss = loss + self.representation_weight * representation_loss(*_as_wide(mine, aim))
        return loss

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


def _as_wide(student: torch.Tensor, teacher: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if student.shape != teacher.shape:
        raise VidcompressError(
            f"the classifier of the student is given {tuple(student.shape)}, that of its teacher"
            f" {tuple(teacher.shape)}: leave out the weight of representations"
        )
    return student, teacher


@contextmanager
def outputs_of(module: nn.Module, names: Iterable[str]) -> Generator[dict[str, torch.Tensor]]:
    """What parts of a module give in the calls of this block, by their names: of several tensors the first."""
    with _seen(module, names, lambda inputs, output: output) as seen:
        yield seen


@contextmanager
def inputs_of(module: nn.Module, names: Iterable[str]) -> Generator[dict[str, torch.Tensor]]:
    """What parts of a module are given in the calls of this block, likewise."""
    with _seen(module, names, lambda inputs, output: inputs) as seen:
        yield seen


@contextmanager
def _seen(
    module: nn.Module, names: Iterable[str], taken: Callable[[object, object], object]
) -> Generator[dict[str, torch.Tensor]]:
    seen: dict[str, torch.Tensor] = {}

    def note(name: str) -> Callable[..., None]:
        def hook(part: nn.Module, inputs: object, output: object) -> None:
            tensors = tree_leaves(taken(inputs, output))
            seen[name] = next(leaf for leaf in tensors if isinstance(leaf, torch.Tensor))

        return hook

    handles = [module.get_submodule(name).register_forward_hook(note(name)) for name in {*names}]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
