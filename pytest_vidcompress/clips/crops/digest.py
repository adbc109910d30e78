"""What is in a file, as a digest: clips are the same when their bytes are, whatever they are called."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from ..clip import Source
from ..decode.frame_names import frame_names
from ..faults import Undecodable

MARK = 6
"""Hexadecimal digits that tell one clip from another where a thousand of them must stay short."""


def digest(source: Source) -> str:
    """SHA-256 of what a clip is made of, hexadecimal.

    Of a file as `sha256sum` prints it; of a folder of pictures that of their digests in order; of what a function
    returns that of its shape and bytes. Read once, and again when size or time of a file change.

    Raises:
        OSError: it cannot be read.
    """
    if not isinstance(source, Path):
        return _digest_of_function(source)
    if not source.is_dir():
        return _digest_of_file(source)
    try:
        names = frame_names(source)
    except Undecodable as error:
        raise OSError(errno.ENOENT, str(error), str(source)) from error
    return sha256(" ".join(_digest_of_file(source / name) for name in names).encode()).hexdigest()


def _digest_of_file(path: Path) -> str:
    stat = path.stat()
    return _digest(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1 << 16)
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1 << 16)
def _digest_of_function(source: Callable[[], Any]) -> str:
    from ..decode.arrays import frames_of

    try:
        pixels = frames_of(source)
    except Undecodable as error:
        raise OSError(errno.EIO, str(error), repr(source)) from error
    return sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()


def digest_of_set(ids: Iterable[str], digests: Iterable[str]) -> str:
    """Sixteen hexadecimal digits for clips in their order: their ids and the digests of their files."""
    whole = sha256()
    for clip, content in zip(ids, digests, strict=True):
        whole.update(f"{clip}\0{content}\n".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()[:16]
