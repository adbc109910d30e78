"""The families that `shrink` knows by name. A file of this folder that defines `ANATOMY` is found by being here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from torch import nn

from .anatomy import Anatomy


@cache
def anatomies() -> Mapping[str, Anatomy]:
    """By the name of the class that they are of. Heavy: imports torch."""
    names = sorted(each.name for each in iter_modules(__path__))
    found = [getattr(import_module(f"{__name__}.{name}"), "ANATOMY", None) for name in names]
    return MappingProxyType({each.of: each for each in found if isinstance(each, Anatomy)})


def anatomy_of(module: nn.Module) -> Anatomy | None:
    """That of its family; None where it is of none that is known."""
    anatomy = anatomies().get(type(module).__name__)
    return None if anatomy is None else anatomy.within(anatomy.blocks_of(module)[0])
