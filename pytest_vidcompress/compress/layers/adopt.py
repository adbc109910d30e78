"""A part of a model as one of another class: it computes otherwise, and its parts and settings keep their names."""

from __future__ import annotations

from typing import TypeVar

from torch import nn

M = TypeVar("M", bound=nn.Module)


def adopt(kind: type[M], part: nn.Module) -> M:
    """All that `part` holds, in a module of this class, whose `__init__` is not called."""
    made = kind.__new__(kind)
    made.__dict__.update(part.__dict__)
    return made
