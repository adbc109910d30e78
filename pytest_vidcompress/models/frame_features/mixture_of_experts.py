"""The classifier of the paper: several answers for each label, and how far each is to be trusted.

Abu-El-Haija et al., "YouTube-8M: A Large-Scale Video Classification Benchmark", 2016, section 5.2; of two experts in
the paper of fewer frames.
"""

from __future__ import annotations

import torch
from torch import nn

_LEAST = 1e-6
"""Probability from which a logit is told: below, fp32 knows no difference to 1."""


class MixtureOfExperts(nn.Module):
    """Vectors `(B, E)` -> logits `(B, labels)`: of the probability that the experts give, weighed by the gates.

    One gate more than there are experts stands for "no".

    Args:
        inputs: E.
        labels: how many.
        mixtures: experts of each label.
    """

    def __init__(self, inputs: int, labels: int, mixtures: int = 2) -> None:
        super().__init__()
        self.labels, self.mixtures = labels, mixtures
        self.gates = nn.Linear(inputs, labels * (mixtures + 1), bias=False)
        self.experts = nn.Linear(inputs, labels * mixtures)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        trust = self.gates(vectors).unflatten(1, (self.labels, -1)).softmax(-1)[..., : self.mixtures]
        answers = self.experts(vectors).unflatten(1, (self.labels, -1)).sigmoid()
        chance = (trust * answers).sum(-1).clamp(_LEAST, 1 - _LEAST)
        return (chance / (1 - chance)).log()
