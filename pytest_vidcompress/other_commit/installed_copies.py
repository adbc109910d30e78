"""Copies: what was installed from a repository, but not editable, stays the same whatever is checked out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

_CODE = (".py", ".so", ".pyd")


@dataclass(frozen=True)
class Copy:
    """A distribution that was installed from a folder or a file, not editable."""

    name: str
    source: Path
    modules: frozenset[str]
    """Top-level names that it lets import."""


def copies(repository: Path, paths: Sequence[str]) -> list[Copy]:
    """The copies of a repository on a `sys.path`, by what installers record (PEP 610)."""
    found = (_copy(distribution) for distribution in distributions(path=list(paths)))
    return [copy for copy in found if copy is not None and copy.source.is_relative_to(repository)]


def _copy(distribution: Distribution) -> Copy | None:
    recorded = distribution.read_text("direct_url.json")
    origin = json.loads(recorded) if recorded else {}
    url = urlsplit(origin.get("url", ""))
    if url.scheme != "file" or origin.get("dir_info", {}).get("editable"):
        return None
    code = [file for file in distribution.files or () if file.suffix in _CODE]
    modules = frozenset(file.parts[0].partition(".")[0] for file in code)
    return Copy(distribution.name, Path(url2pathname(url.path)).resolve(), modules)
