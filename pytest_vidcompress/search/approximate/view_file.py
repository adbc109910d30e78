"""The file of a view: what it is of, and a graph, whole or not at all, and of nobody else.

usearch reads a graph without checking it, and writes one in place: so it is written as bytes under a seal that only
those can make who know this user's secret (`clips.crops.seal`). A view is a cache: what is wrong with one is said,
and it is made anew.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from ...clips.crops.seal import SEAL_BYTES, sealed
from ...processes.whole_file import write_whole

SUFFIX = ".usearch"
"""After the name of the index."""
_MARK = b"vidcompress usearch 1\n"
_MOST_HEADER_BYTES = 1 << 16


@dataclass(frozen=True)
class About:
    """What a graph is of, and how it is asked."""

    usearch: str
    """Its version."""
    parameters: str
    stored: str
    width: int
    state: str = ""
    """Digest of the keys of all windows."""
    windows: int = 0
    breadth: int = 0
    """Candidates that are looked for."""
    recall: float = 0.0
    """Of the ten nearest, the share that is among them: of windows that were held out."""
    changes: int = 0
    """Windows added and removed since it was made whole."""

    def is_as_made_by(self, other: About) -> bool:
        names = ("usearch", "parameters", "stored", "width")
        return all(getattr(self, name) == getattr(other, name) for name in names)


class Unusable(Exception):  # noqa: N818
    """The text says why, in a few words."""


def beside(index: Path) -> Path:
    return index.with_name(index.name + SUFFIX)


def write(file: Path, about: About, graph: bytes) -> None:
    """Takes the place of what is there.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    content = json.dumps(asdict(about)).encode() + b"\n" + graph
    write_whole(file, _MARK + sealed(_MARK, content) + content)


def read(file: Path) -> tuple[About, memoryview]:
    """What was written.

    Raises:
        Unusable: there is none, or it is not as this user wrote it.
    """
    try:
        content = memoryview(file.read_bytes())
    except FileNotFoundError:
        raise Unusable("") from None
    except OSError as error:
        raise Unusable(f"it cannot be read ({error.strerror or error})") from None
    start = len(_MARK) + SEAL_BYTES
    if bytes(content[: len(_MARK)]) != _MARK:
        raise Unusable("it is damaged")
    if bytes(content[len(_MARK) : start]) != sealed(_MARK, content[start:]):
        raise Unusable("it is damaged, or another user's")
    header, _, _ = bytes(content[start : start + _MOST_HEADER_BYTES]).partition(b"\n")
    try:
        about = About(**json.loads(header))
    except (ValueError, TypeError):
        raise Unusable("another version of this package made it") from None
    return about, content[start + len(header) + 1 :]


def state_of(keys: bytes) -> str:
    return sha256(keys).hexdigest()
