"""The digest of a module's tensors."""

from __future__ import annotations

import torch
from torch import nn

from pytest_vidcompress.learn.weights_digest import weights_digest


def test_it_is_of_names_kinds_and_bytes() -> None:
    def linear(value: float, bias: bool = True, dtype: torch.dtype = torch.float32) -> nn.Module:
        layer = nn.Linear(2, 2, bias)
        nn.init.constant_(layer.weight, value)
        if bias:
            nn.init.constant_(layer.bias, 0.0)
        return layer.to(dtype)

    same, again = weights_digest(linear(1.0)), weights_digest(linear(1.0).eval())
    assert same == again
    others = [
        linear(2.0),
        linear(1.0, bias=False),
        linear(1.0, dtype=torch.float64),
        nn.Sequential(linear(1.0)),
    ]
    assert len({same, *map(weights_digest, others)}) == 5
