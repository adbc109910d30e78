"""What a training makes small: `(module, pixels, targets) -> loss`.

Targets are label ids `(B,)` where a clip has one label, and truths `(B, labels)` where it has several: then classes
are not exclusive, and each label is a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    kl_div,
    log_softmax,
    mse_loss,
)

from ..models.adapter import logits_from

_LEAST_VARIANCE = 1e-4
Objective = Callable[[nn.Module, torch.Tensor, torch.Tensor], torch.Tensor]
"""`(module, pixels (B, T, C, H, W), targets (B,) or (B, labels)) -> scalar`."""


def label_loss(module: nn.Module, pixels: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy of what a module answers with the labels, nats a clip."""
    return class_loss(logits_from(module(pixels)), targets)


def class_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy with the labels, nats a clip; of several labels a clip the sum over all labels' binary ones."""
    if targets.dim() == 1:
        return cross_entropy(logits, targets)
    return _binary(logits, targets.to(logits.dtype))


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


def label_distillation_loss(student: torch.Tensor, teacher: torch.Tensor, temperature: float) -> torch.Tensor:
    """The same where classes are not exclusive: the sum over labels, each with a divergence of its own.

    It is the binary cross entropy with the teacher's probabilities less the teacher's own, so that it ends at 0.
    """
    known = teacher / temperature
    wanted = known.sigmoid()
    return temperature**2 * (_binary(student / temperature, wanted) - _binary(known, wanted))


def _binary(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return binary_cross_entropy_with_logits(logits, wanted, reduction="sum") / len(logits)


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
