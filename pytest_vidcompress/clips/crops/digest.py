"""What is in a file, as a digest: clips are the same when their bytes are, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import file_digest, sha256
from pathlib import Path

MARK = 6
"""Hexadecimal digits that tell one clip from another where a thousand of them must stay short."""


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal as `sha256sum` prints it; read once, and again when size or time change.

    Raises:
        OSError: it cannot be read.
    """
    known = path.stat()
    return _digest(path, known.st_size, known.st_mtime_ns)


@lru_cache(maxsize=1 << 16)
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def digest_of_set(ids: Iterable[str], digests: Iterable[str]) -> str:
    """Sixteen hexadecimal digits for clips in their order: their ids and the digests of their files."""
    whole = sha256()
    for clip, content in zip(ids, digests, strict=True):
        whole.update(f"{clip}\0{content}\n".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()[:16]
