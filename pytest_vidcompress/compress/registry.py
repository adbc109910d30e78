"""All techniques by name: a file or folder here that defines `TECHNIQUES`, name -> technique, is found by being here.

Light to import: what techniques need is imported when they are applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from . import __name__ as _package
from . import __path__ as _folders
from .technique import Technique, as_technique


def _discovered() -> Iterator[tuple[str, Technique]]:
    for module in iter_modules(_folders):
        given: Mapping[str, object] = getattr(import_module(f"{_package}.{module.name}"), "TECHNIQUES", {})
        yield from ((name, as_technique(name, each)) for name, each in given.items())


TECHNIQUES: Mapping[str, Technique] = MappingProxyType(
    dict(sorted(_discovered(), key=lambda each: (not each[1].alone, each[0])))
)
"""The control first, the others by their names."""
IMMEDIATE = tuple(
    name
    for name, technique in TECHNIQUES.items()
    if not (technique.first or technique.learns or technique.of_some_models)
)
"""Those whose name alone makes a variant, and at once: what is tried where nobody names any."""
