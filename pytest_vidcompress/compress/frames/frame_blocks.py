"""Blocks of an H-RNN of fewer frames: shorter ones, so that its second LSTM still has several to read.

The paper's teacher reads 300 frames in blocks of 20, its students of 6 to 30 frames in blocks of 3 or 5.
"""

from __future__ import annotations

from torch import nn

from ...models.frame_features.h_rnn import HRNN


def shorten_blocks(module: nn.Module, keep: int, total: int, block: int = 0) -> bool:
    """Sets how many frames every H-RNN in a module reads in a row, in place; whether there is any.

    Args:
        keep: frames that it looks at.
        total: that it was made for.
        block: frames of a block; 0: the share of those that it has that stay, and one at least.
    """
    found = [part for part in module.modules() if isinstance(part, HRNN)]
    for part in found:
        part.block = block or max(1, part.block * keep // total)
    return bool(found)
