"""Tensors that have no place in a module, and places for which there is none."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn


def misfits(module: nn.Module, tensors: Mapping[str, torch.Tensor]) -> str:
    """What keeps tensors from being all that a module holds, by name and shape; empty where nothing does.

    `2 missing, such as head.bias; 1 of another shape, such as head.weight`.
    """
    state = module.state_dict()
    found = {
        "missing": sorted(state.keys() - tensors.keys()),
        "unknown": sorted(tensors.keys() - state.keys()),
        "of another shape": sorted(
            name for name in state.keys() & tensors.keys() if state[name].shape != tensors[name].shape
        ),
    }
    return "; ".join(f"{len(names)} {what}, such as {names[0]}" for what, names in found.items() if names)
