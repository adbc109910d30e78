"""The code that is loaded, by the digests of its files: whether a prediction of before is of the same code."""

from __future__ import annotations

import hashlib
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

_BY_VERSION = ("torch", "transformers", "numpy", "safetensors")
PACKAGE = Path(__file__).parents[2]


def own_source(began: float) -> str | None:
    """Digest of this package's source; None where it was edited after `began`."""
    return sources(sorted(PACKAGE.rglob("*.py")), began)


def loaded_source(began: float) -> str | None:
    """Digest of the loaded code that is neither installed nor of this package; None where it was edited."""
    # Most of thousands are told by how their names begin, which takes no path of each.
    known = tuple(f"{folder}{os.sep}" for folder in (*_installed_folders(), PACKAGE))
    named = filter(None, map(file_of, [*sys.modules.values()]))
    files = {Path(file) for file in named if not file.startswith(known)}
    # torch names files that are none, without a folder.
    files = {file for file in files if file.is_absolute()}
    # Which of our own modules are loaded depends on what is cached; their source counts as a whole.
    return sources(
        sorted(file for file in files if not is_installed(file) and not file.is_relative_to(PACKAGE)), began
    )


def sources(files: Iterable[Path], began: float) -> str | None:
    """Digest of files by name and content; None where one changed after `began`: another one may be loaded."""
    whole = hashlib.sha256()
    for file in files:
        try:
            known = file.stat()
            content = file.read_bytes()
        except OSError:
            return None
        # A file put in the place of another may be older than it; its entry is not.
        if max(known.st_mtime, known.st_ctime) > began:
            return None
        whole.update(f"{file.name} {len(content)} ".encode("utf-8", "surrogatepass") + content)
    return whole.hexdigest()


def file_of(module: object) -> str | None:
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) else None


def module_file(name: str) -> Path | None:
    file = file_of(sys.modules.get(name))
    return None if file is None else Path(file)


@cache
def is_installed(file: Path) -> bool:
    """Is it of Python, or in a folder that an installer fills?"""
    return any(file.is_relative_to(folder) for folder in _installed_folders())


@cache
def _installed_folders() -> frozenset[str]:
    names = ("stdlib", "platstdlib", "purelib", "platlib", "scripts")
    folders = {sysconfig.get_path(name) for name in names}
    return frozenset({*folders, *site.getsitepackages(), site.getusersitepackages()})


@cache
def is_by_version(file: Path) -> bool:
    """Is it of Python or of a library whose version is part of the environment?"""
    homes = [Path(found).parent for name in _BY_VERSION if (found := file_of(sys.modules.get(name)))]
    return any(file.is_relative_to(home) for home in homes) or (
        is_installed(file) and "site-packages" not in file.parts and "dist-packages" not in file.parts
    )


@cache
def versions() -> dict[str, str]:
    """Of the libraries that are known by theirs."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python} | {name: version(name) for name in _BY_VERSION}
