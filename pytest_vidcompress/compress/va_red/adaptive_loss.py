"""What a gated network learns: to answer, and to do little for clips that it answers rightly. Heavy.

VA-RED^2's loss, as we remember it, is `L_acc + lambda L_e`, with `L_e = (mu sum_l share_l cost_l)^2` of each clip:
`mu` is 1 where the clip is answered rightly and else 0, `share_l` what a layer has of all multiply-accumulates, and
`cost_l` how much of it is computed. Which part of that cost gives gradients is our reading: the mean cost of the
options by their weights; its value is that of what would be computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import nn

from ...learn.distillation import Distillation
from ...models.adapter import logits_from
from .decisions import Draw
from .learning_convolution import LearningConvolution

SHARES = (0.35, 0.7)
"""Of the steps: up to the first what options are made of learns, up to the second the policy, too, and then what is
left gets used to it."""
_HOT, _COLD = 3.0, 0.5
"""Temperature of the noise, while the policy learns."""


class Pupil(nn.Module):
    """A network that learns what to compute, and how far it is: from 0 to 1, kept in checkpoints."""

    progress: torch.Tensor

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("progress", torch.zeros(()))

    @property
    def gated(self) -> list[LearningConvolution]:
        return [part for part in self.network.modules() if isinstance(part, LearningConvolution)]


@dataclass(frozen=True)
class AdaptiveLoss:
    """An `Objective` of a `Pupil`."""

    answering: Distillation
    efficiency: float
    """Lambda."""
    target: float
    """Share of the work at which there is nothing more to save; the paper's is 0."""

    def __call__(self, module: nn.Module, pixels: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        pupil = cast(Pupil, module)
        gated, progress = pupil.gated, float(pupil.progress)
        for part in gated:
            part.draw = draw_at(progress, part.space.soft)
        with torch.no_grad():
            lesson = self.answering.lesson(pixels)
        own = logits_from(pupil.network(pixels))
        loss = self.answering.answer_loss(own, lesson.logits, targets)
        if progress < SHARES[0]:
            return loss
        spare = (work_of(gated) - self.target).clamp_min(0)
        return loss + self.efficiency * (answers_rightly(own, targets) * spare).square().mean()


def draw_at(progress: float, soft: bool) -> Draw:
    """How options are taken at a share of a training."""
    first, second = SHARES
    if progress >= second:
        return Draw()
    if soft:
        return Draw(1.0)
    if progress < first:
        return Draw(at_random=True)
    return Draw(_HOT * (_COLD / _HOT) ** ((progress - first) / (second - first)))


def answers_rightly(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """`mu`, `(B,)`: is the first class the label, or one of them?"""
    first = logits.argmax(-1)
    if targets.dim() == 1:
        return (first == targets).to(logits.dtype)
    return targets.gather(1, first.unsqueeze(1)).squeeze(1).to(logits.dtype)


def work_of(gated: Sequence[LearningConvolution]) -> torch.Tensor:
    """Share of the multiply-accumulates of all gated convolutions that each clip of the call before takes, `(B,)`."""
    whole = sum(part.cost.macs for part in gated if part.cost)
    return torch.stack([_share(part) * (part.cost.macs / whole) for part in gated if part.cost]).sum(0)


def _share(part: LearningConvolution) -> torch.Tensor:
    """Its value is the cost of the largest options that count, its gradient that of their mean by weight."""
    assert part.cost is not None
    assert part.weights is not None
    axes = part.weights.unflatten(1, (2, -1)).unbind(1)
    costs = [axes[0].new_tensor(each) for each in (part.cost.of_ratios, part.cost.of_strides)]
    means = [(weights * cost).sum(1) for weights, cost in zip(axes, costs, strict=True)]
    largest = [((weights > 0) * cost).amax(1) for weights, cost in zip(axes, costs, strict=True)]
    mean, taken = means[0] * means[1], largest[0] * largest[1]
    return mean + (taken - mean).detach()
