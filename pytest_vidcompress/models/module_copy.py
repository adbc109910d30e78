"""A module of one's own, of whatever a module holds, with tensors of its own or without."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


def module_copy(module: M) -> M:
    """A deep copy, also where the module keeps a tensor that it computed from its parameters.

    Such as `torch.nn.utils.weight_norm` does, which computes it anew in every call. Python's own copy refuses those.
    """
    computed = {
        id(value): value.detach().clone()
        for part in module.modules()
        for value in vars(part).values()
        if isinstance(value, torch.Tensor) and not value.is_leaf
    }
    return copy.deepcopy(module, computed)


def module_twin(module: M) -> M:
    """A copy that has every tensor in common with the module: only what its parts note beside them is its own.

    So that threads may call the two side by side. Writing into tensors of one writes into those of the other.
    """
    shared = {
        id(value): value
        for part in module.modules()
        for value in (*part.parameters(recurse=False), *part.buffers(recurse=False), *vars(part).values())
        if isinstance(value, torch.Tensor)
    }
    return copy.deepcopy(module, shared)
