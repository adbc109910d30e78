"""What weighs the channels of a clip's vector by each other, behind an aggregator."""

from __future__ import annotations

import torch
from torch import nn


class ContextGating(nn.Module):
    """`y * sigmoid(norm(W y))` (Miech et al., "Learnable pooling with Context Gating", 2017, section 3.2).

    Args:
        width: of y, `(B, H)`.
        reduction: 1 for one full matrix; more for two thin ones with a rectifier between, as NeXtVLAD has them
            (Lin et al., "NeXtVLAD", 2018, section 3.3, after squeeze-and-excitation).
    """

    def __init__(self, width: int, reduction: int = 1) -> None:
        super().__init__()
        if reduction == 1:
            self.gate = nn.Sequential(nn.Linear(width, width, bias=False), nn.BatchNorm1d(width))
        else:
            inner = max(1, width // reduction)
            self.gate = nn.Sequential(
                nn.Linear(width, inner, bias=False),
                nn.BatchNorm1d(inner),
                nn.ReLU(),
                nn.Linear(inner, width),
            )

    def forward(self, vector: torch.Tensor) -> torch.Tensor:
        return vector * self.gate(vector).sigmoid()
