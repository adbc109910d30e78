"""Weights that a 3-D CNN begins to learn from. Heavy."""

from __future__ import annotations

from torch import nn


def start(module: nn.Module) -> None:
    """Draws the weights of a module, in place: what a layer gives varies as much as what it takes, behind a ReLU.

    He et al., "Delving Deep into Rectifiers", ICCV 2015.
    """
    for part in module.modules():
        if isinstance(part, nn.Conv3d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, std=0.01)
        if isinstance(part, nn.Conv3d | nn.Linear) and part.bias is not None:
            nn.init.zeros_(part.bias)
