"""The families that `shrink` knows by name. A file of this folder that defines `ANATOMY` is found by being here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from torch import nn

from ...layers.by_class import entries_by_class
from .anatomy import Anatomy


@cache
def anatomies() -> Mapping[str, Anatomy]:
    """By the name of the class that they are of. Heavy: imports torch."""
    return entries_by_class(__name__, "ANATOMY", Anatomy)


def anatomy_of(module: nn.Module) -> Anatomy | None:
    """That of its family; None where it is of none that is known."""
    anatomy = anatomies().get(type(module).__name__)
    return None if anatomy is None else anatomy.within(anatomy.blocks_of(module)[0])
