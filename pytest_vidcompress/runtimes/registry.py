"""All runtimes by name: a file or folder here that defines `RUNTIMES`, name -> runtime, is found by being here.

Light to import: what runtimes need is imported when they run something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from ..errors import VidcompressError
from . import __name__ as _package
from . import __path__ as _folders
from .runtime import Runtime


def _discovered() -> Iterator[tuple[str, Runtime]]:
    for module in iter_modules(_folders):
        yield from getattr(import_module(f"{_package}.{module.name}"), "RUNTIMES", {}).items()


RUNTIMES: Mapping[str, Runtime] = MappingProxyType(
    dict(sorted(_discovered(), key=lambda each: (bool(each[1].needs), each[0])))
)
"""Those that nothing need be installed for first, each by its name."""


def find_runtime(name: str, runtimes: Mapping[str, Runtime] = RUNTIMES) -> Runtime:
    """The runtime of this name, whether or not it can run here.

    Raises:
        VidcompressError: there is none.
    """
    if name not in runtimes:
        raise VidcompressError(f"unknown runtime {name!r}: there are {', '.join(runtimes)}")
    return runtimes[name]


def usable_runtime(name: str, runtimes: Mapping[str, Runtime] = RUNTIMES) -> Runtime:
    """The runtime of this name.

    Raises:
        VidcompressError: there is none, or something must be installed before it can run here.
    """
    runtime = find_runtime(name, runtimes)
    if runtime.missing:
        raise VidcompressError(f"runtime {name!r} cannot run here: {runtime.missing}")
    return runtime
