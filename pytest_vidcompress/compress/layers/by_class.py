"""What techniques know of classes of transformers': found by being in a file of their folder, under one name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Protocol, TypeVar


class OfClass(Protocol):
    """An entry of such a file."""

    @property
    def of(self) -> str:
        """Name of the class, such as `VideoMAEForVideoClassification`."""
        ...


E = TypeVar("E", bound=OfClass)


def entries_by_class(package: str, name: str, kind: type[E]) -> Mapping[str, E]:
    """The entries of a package's files, by the names of their classes. Imports all of them.

    Args:
        package: dotted.
        name: of the entry in each file; one that has none is about something else.
    """
    files = sorted(each.name for each in iter_modules(import_module(package).__path__))
    entries = [getattr(import_module(f"{package}.{file}"), name, None) for file in files]
    return MappingProxyType({each.of: each for each in entries if isinstance(each, kind)})
