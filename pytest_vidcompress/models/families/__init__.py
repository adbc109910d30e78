"""The families that are known by name: every file here is one, and is found by being here."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ..family import Family


def _discovered() -> tuple[Family, ...]:
    """`FAMILY` of every file, in the order of their names."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").FAMILY for name in names)


FAMILIES = _discovered()
