"""NeXtVLAD: NetVLAD of groups of channels, each with an attention of its own: a fraction of the parameters.

Lin et al., "NeXtVLAD: An Efficient Neural Network to Aggregate Frame-level Features", 2018, section 3. In the paper
of fewer frames 128 centres, 2048 channels, 8 groups, twice as wide, half of the vector dropped while it learns.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import normalize

from ...errors import VidcompressError
from .gating import ContextGating

REDUCTION = 8
"""Of the gate's inner layer."""


class NeXtVLAD(nn.Module):
    """Features `(B, T, N)` -> `(B, H)`.

    Args:
        features: N, of a frame.
        centres: K.
        hidden: H, of the vector.
        groups: G; divides `expansion * features`.
        expansion: how many times as wide a frame becomes first.
        dropout: share of the vector that is dropped while it learns.

    Raises:
        VidcompressError: groups divide no frame.
    """

    def __init__(
        self,
        features: int,
        centres: int = 128,
        hidden: int = 2048,
        groups: int = 8,
        expansion: int = 2,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        wide = expansion * features
        if wide % groups:
            raise VidcompressError(
                f"aggregator 'nextvlad' cannot have groups={groups}: expected a number that divides {wide}, the width"
                " of an expanded frame"
            )
        self.size, self.groups = hidden, groups
        self.expansion = nn.Linear(features, wide)
        self.attention = nn.Linear(wide, groups)
        self.assignment = nn.Linear(wide, groups * centres, bias=False)
        self.assignment_norm = nn.BatchNorm1d(groups * centres)
        self.centres = nn.Parameter(torch.empty(wide // groups, centres))
        self.vector_norm = nn.BatchNorm1d(wide // groups * centres)
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(wide // groups * centres, hidden, bias=False)
        self.hidden_norm = nn.BatchNorm1d(hidden)
        self.gating = ContextGating(hidden, REDUCTION)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the centres; the other parts draw theirs."""
        nn.init.normal_(self.centres, std=len(self.centres) ** -0.5)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        batch, frames, _ = features.shape
        rows = self.expansion(features.flatten(0, 1))  # (B T, lambda N)
        attention = self.attention(rows).sigmoid().unsqueeze(-1)  # (B T, G, 1)
        scores = self.assignment_norm(self.assignment(rows)).unflatten(1, (self.groups, -1))
        shares = (scores.softmax(-1) * attention).reshape(batch, frames * self.groups, -1)  # (B, T G, K)
        parts = rows.reshape(batch, frames * self.groups, -1)  # (B, T G, D)
        away = parts.transpose(1, 2) @ shares - self.centres * shares.sum(1, keepdim=True)  # (B, D, K)
        vector = self.dropout(self.vector_norm(normalize(away, dim=1).flatten(1)))
        return self.gating(self.hidden_norm(self.hidden(vector)))

    def frame_macs(self, frames: int) -> int:
        """Multiply-accumulates that hang on the number of frames: each is widened, assigned and added up by shares.

        In the paper's geometry, 1024 features of pictures, 1.337 G of 300 frames and 0.134 G of 30 (table 6): it
        leaves out the attention's 0.005 G, and the layer behind it, whose 0.067 G are the same for any number.
        """
        features, (part, centres) = self.expansion.in_features, self.centres.shape
        wide = self.groups * part
        return frames * (features * wide + wide * self.groups + wide * self.groups * centres + wide * centres)
