"""What `fuse` knows of one family. A file of this folder that defines `REWRITE` is found by being here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Rewrite:
    """The same function with less arithmetic, for one class of transformers'."""

    of: str
    """Name of the class, such as `VideoMAEForVideoClassification`."""
    build: Callable[[Any], nn.Module]
    """A module of that class -> the rewritten one, which may share its weights.

    Raises:
        VidcompressError: this one cannot be rewritten.
    """
    modules: Mapping[str, tuple[str, ...]]
    """The study's scopes, by the names of the rewritten one's layers: see `Profile.modules`."""


@cache
def rewrites() -> Mapping[str, Rewrite]:
    """By the name of the class. Heavy: imports torch."""
    package = __name__.rpartition(".")[0]
    names = sorted(each.name for each in iter_modules(import_module(package).__path__))
    found = [getattr(import_module(f"{package}.{name}"), "REWRITE", None) for name in names]
    return MappingProxyType({each.of: each for each in found if isinstance(each, Rewrite)})
