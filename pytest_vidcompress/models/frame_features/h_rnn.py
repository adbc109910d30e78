"""H-RNN: an LSTM reads blocks of frames, another one reads what it made of each block.

Bhardwaj et al., "Efficient Video Classification Using Fewer Frames", CVPR 2019, section 4.1 (after Pan et al.,
"Hierarchical Recurrent Neural Encoder", CVPR 2016): two layers each, 1024 wide; blocks of 20 of a teacher's 300
frames, of 5 or 3 of a student's.
"""

from __future__ import annotations

import torch
from torch import nn

LAYERS = 2
"""Of each of the two."""


class HRNN(nn.Module):
    """Features `(B, T, N)` -> the last states of the second LSTM, `(B, 4 H)`: hidden and cell of both layers.

    Args:
        features: N, of a frame.
        hidden: H, of every layer.
        block: frames that the first LSTM reads from zero states; what is left over at the end makes a shorter one.
    """

    def __init__(self, features: int, hidden: int = 1024, block: int = 20) -> None:
        super().__init__()
        self.block, self.size = block, 2 * LAYERS * hidden
        self.frames = nn.LSTM(features, hidden, LAYERS, batch_first=True)
        self.blocks = nn.LSTM(hidden, hidden, LAYERS, batch_first=True)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        batch, frames, width = features.shape
        whole = frames // self.block * self.block
        codes = []
        if whole:
            cut = features[:, :whole].reshape(-1, self.block, width)
            codes.append(self._code(cut).unflatten(0, (batch, -1)))
        if whole < frames:
            codes.append(self._code(features[:, whole:]).unsqueeze(1))
        _, (hidden, cell) = self.blocks(torch.cat(codes, 1))
        return torch.cat((hidden, cell), -1).transpose(0, 1).flatten(1)

    def _code(self, frames: torch.Tensor) -> torch.Tensor:
        """Of blocks `(B, l, N)`, what the upper layer ends with, `(B, H)`."""
        _, (hidden, _) = self.frames(frames)
        return hidden[-1]

    def frame_macs(self, frames: int) -> int:
        """Multiply-accumulates of so many frames: a step for each, and one for each block.

        The paper's figures, 5.058 G of 300 frames and 0.520 G of 30 (table 3), are those of a step a frame and one
        more, as if all were one block. Of its blocks of 20 the second LSTM reads 15, which makes 5.285 G; of 5 or 3
        frames 6 or 10, which makes 0.604 or 0.671 G.
        """
        blocks = -(-frames // self.block)
        return frames * _step_macs(self.frames) + blocks * _step_macs(self.blocks)


def _step_macs(lstm: nn.LSTM) -> int:
    """Of all layers: four gates, of what comes in and of the state before."""
    hidden = lstm.hidden_size
    return sum(
        4 * hidden * ((hidden if layer else lstm.input_size) + hidden) for layer in range(lstm.num_layers)
    )
