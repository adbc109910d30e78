"""What parts of a module give is seen while somebody looks, and no longer."""

from __future__ import annotations

import torch
from torch import nn

from pytest_vidcompress.learn.seen import outputs_of


def test_outputs_are_seen_in_the_block_alone() -> None:
    module = nn.Sequential(nn.Identity(), nn.Flatten())
    with outputs_of(module, ["1", "0"]) as seen:
        module(torch.ones(1, 2, 3))
    assert seen["0"].shape == (1, 2, 3)
    assert seen["1"].shape == (1, 6)
    module(torch.ones(1, 1, 1))
    assert seen["1"].shape == (1, 6)
