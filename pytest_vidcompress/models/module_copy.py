"""A module of one's own, of whatever a module holds."""

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
