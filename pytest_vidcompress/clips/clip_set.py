"""`--vc-clips`: a name or a path -> a clip set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType

from ..errors import VidcompressError
from .clip import ClipSet
from .events.event_set import NAME as EVENTS
from .events.event_set import events
from .kinetics.read import read_kinetics
from .pocket.packaged import NAME as POCKET
from .pocket.packaged import pocket

PACKAGED: Mapping[str, Callable[[], ClipSet]] = MappingProxyType({EVENTS: events, POCKET: pocket})
"""Name -> what reads a set that comes with the plugin."""


def resolve(spec: str, registered: Mapping[str, Callable[[], ClipSet]]) -> ClipSet:
    """Finds a clip set by what the user typed; a name goes before a path.

    Args:
        spec: a packaged or a registered name, a folder of Kinetics clips, an annotation CSV, or a list of paths.
        registered: name -> factory, from the hooks.

    Raises:
        VidcompressError: there is no such set, it cannot be read, or what a function gives is of no use.
    """
    if spec in PACKAGED:
        return PACKAGED[spec]()
    if spec in registered:
        return _made(spec, registered[spec])
    path = Path(spec).expanduser()
    # An empty spec would be the current folder.
    if spec and path.exists():
        return read_kinetics(path)
    names = ", ".join(map(repr, sorted({*registered, *PACKAGED})))
    raise VidcompressError(
        f"no clip set and no path {spec!r}: give one of {names}, a folder of Kinetics clips, an annotation "
        "CSV or a list of paths (--vc-clips)"
    )


def _made(name: str, make: Callable[[], object]) -> ClipSet:
    """What a hook's function gives, if it is of use."""
    try:
        made = make()
    except VidcompressError:
        raise
    except Exception as error:  # somebody else's code
        where = extract_tb(error.__traceback__)[-1]
        said = (str(error).strip().splitlines() or [""])[0]
        raise VidcompressError(
            f"clip set {name!r}: its function raised {type(error).__name__}: {said} ({where.filename}:{where.lineno})"
        ) from error
    if not isinstance(made, ClipSet):
        raise VidcompressError(
            f"clip set {name!r}: its function returned {_kind(made)}, expected a ClipSet(name, labels, clips)"
        )
    if not made.clips:
        raise VidcompressError(
            f"clip set {name!r} has no clips: its function found none; relative paths in it count from {Path.cwd()}"
            " (--vc-clips)"
        )
    if made.several_labels and not any(clip.others for clip in (*made.clips, *made.spare)):
        raise VidcompressError(
            f"clip set {name!r} says several_labels=True, and each of its {len(made.clips)} clips has one label: "
            "give those that have more Clip(..., others=(...)), or leave several_labels out"
        )
    # Those that are made one by one are looked at when they are taken.
    listed = made.training if isinstance(made.training, tuple | list) else ()
    known = frozenset(made.labels)
    for clip in (*made.clips, *made.spare, *listed):
        made.refuse_several(clip)
        for label in clip.labels:
            if label not in known:
                raise VidcompressError(
                    f"clip set {name!r}: clip {clip.id!r} has label {label!r}, which is none of the set's "
                    f"{len(made.labels)} labels"
                )
    return made


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
