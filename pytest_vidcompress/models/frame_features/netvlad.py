"""NetVLAD: how the features of all frames lie about some centres, in whatever order the frames come.

Arandjelovic et al., "NetVLAD", CVPR 2016, section 3; over frames with context gating behind it: Miech et al.,
"Learnable pooling with Context Gating", 2017. In the paper of fewer frames 256 centres and 1024 channels.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import normalize

from .gating import ContextGating


class NetVLAD(nn.Module):
    """Features `(B, T, N)` -> `(B, H)`.

    Args:
        features: N, of a frame.
        centres: K.
        hidden: H, of the vector.
    """

    def __init__(self, features: int, centres: int = 256, hidden: int = 1024) -> None:
        super().__init__()
        self.size = hidden
        self.assignment = nn.Linear(features, centres, bias=False)
        self.assignment_norm = nn.BatchNorm1d(centres)
        self.centres = nn.Parameter(torch.empty(features, centres))
        self.hidden = nn.Linear(features * centres, hidden, bias=False)
        self.hidden_norm = nn.BatchNorm1d(hidden)
        self.gating = ContextGating(hidden)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the centres; the other parts draw theirs."""
        nn.init.normal_(self.centres, std=len(self.centres) ** -0.5)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        batch, frames, _ = features.shape
        scores = self.assignment_norm(self.assignment(features.flatten(0, 1)))
        shares = scores.unflatten(0, (batch, frames)).softmax(-1)  # (B, T, K)
        away = features.transpose(1, 2) @ shares - self.centres * shares.sum(1, keepdim=True)  # (B, N, K)
        vector = normalize(normalize(away, dim=1).flatten(1), dim=1)
        return self.gating(self.hidden_norm(self.hidden(vector)))

    def frame_macs(self, frames: int) -> int:
        """Multiply-accumulates that hang on the number of frames: each is assigned to the centres and added up there.

        The layer behind it, of all centres, is the same work for any number.
        """
        features, centres = self.centres.shape
        return frames * 2 * features * centres
