"""What an index holds of files and of windows."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..vector_formats import Matrix

Seal = tuple[str, int, int]
"""Of a window: the digest of its video, its place among the windows of that, and a checksum of all of it."""
Row = tuple[str, int, float, float, bytes, float, int]
"""A window as it is stored: digest, place, start and end in seconds, vector, length, checksum."""


@dataclass(frozen=True)
class IndexedFile:
    """A file as it was when its content was read."""

    digest: str
    size: int
    changed_ns: int


@dataclass(frozen=True)
class StoredWindow:
    """A part of a video, and its vector as it is stored."""

    start_s: float
    end_s: float
    vector: bytes
    """Of length one."""
    length: float = 1.0
    """That the vector had: with it, it is what the layer of the logits is given."""


@dataclass(frozen=True)
class Gallery:
    """Everything that can be found: row by row a window, and the files that it is in."""

    vectors: Matrix
    """Of length one."""
    lengths: npt.NDArray[np.float64]
    """That they had, `(N,)`."""
    windows: Sequence[tuple[str, float, float]]
    """Digest, start and end in seconds."""
    files: dict[str, Sequence[str]]
    """Digest -> paths below the folder, sorted."""


def seal_of(digest: str, place: int, window: StoredWindow) -> int:
    """The checksum of a window."""
    about = f"{digest} {place}".encode() + struct.pack("<ddd", window.start_s, window.end_s, window.length)
    return zlib.crc32(window.vector, zlib.crc32(about))
