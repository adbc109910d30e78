"""`--vc-clips`: a name or a path -> a clip set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import VidcompressError
from .clip import ClipSet
from .kinetics.read import read_kinetics
from .pocket.packaged import NAME, pocket


def resolve(spec: str, registered: Mapping[str, Callable[[], ClipSet]]) -> ClipSet:
    """Finds a clip set by what the user typed; a name goes before a path.

    Args:
        spec: `pocket`, a registered name, a folder of Kinetics clips, an annotation CSV, or a list of paths.
        registered: name -> factory, from the hooks.

    Raises:
        VidcompressError: there is no such set, or it cannot be read.
    """
    known = {**registered, NAME: pocket}
    if spec in known:
        return known[spec]()
    path = Path(spec).expanduser()
    # An empty spec would be the current folder.
    if spec and path.exists():
        return read_kinetics(path)
    names = ", ".join(map(repr, sorted(known)))
    raise VidcompressError(
        f"no clip set and no path {spec!r}: give one of {names}, a folder of Kinetics clips, an annotation "
        "CSV or a list of paths (--vc-clips)"
    )
