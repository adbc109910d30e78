"""Whether a file is as long as its own header says."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_MP4_FIRST = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
_MP4_BOXES = 10_000
"""More of them in a row are no video's."""
_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067


def ends_early(path: Path) -> bool:
    """Looks at the outermost boxes of an mp4, Matroska or RIFF file; of any other it says no."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(12)
            file.seek(0)
            if start[4:8] in _MP4_FIRST:
                return _mp4_ends_early(file, size)
            if start[:4] == _EBML.to_bytes(4, "big"):
                return _matroska_ends_early(file, size)
            return start[:4] == b"RIFF" and 0 < int.from_bytes(start[4:8], "little") + 8 - size < 1 << 31
    except OSError:
        return False


def _mp4_ends_early(file: BinaryIO, size: int) -> bool:
    """A box runs over the end, or the index is missing (ISO/IEC 14496-12, 4.2)."""
    indexed = False
    for _ in range(_MP4_BOXES):
        start = file.tell()
        header = file.read(8)
        if not header:
            break
        length = int.from_bytes(header[:4], "big")
        if length == 0:
            length = size - start
        elif length == 1:
            length = int.from_bytes(file.read(8), "big")
        if len(header) < 8 or start + length > size:
            return True
        if length < 8:
            return False
        indexed |= header[4:] == b"moov"
        file.seek(start + length)
    return not indexed


def _matroska_ends_early(file: BinaryIO, size: int) -> bool:
    """The segment, which is all but the first element, runs over the end (RFC 8794 and RFC 9559)."""
    if _number(file, marked=True) != _EBML:
        return False
    length = _number(file)
    if length is None:
        return False
    file.seek(length, 1)
    if _number(file, marked=True) != _SEGMENT:
        return False
    length = _number(file)
    return length is not None and file.tell() + length > size


def _number(file: BinaryIO, *, marked: bool = False) -> int | None:
    """Reads a variable-size integer, with its length marker or without; None for "unknown" or none."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    more = 8 - first[0].bit_length()
    content = first + file.read(more)
    number = int.from_bytes(content, "big")
    if marked:
        return number
    bits = 7 * (more + 1)
    number &= (1 << bits) - 1
    return None if number == (1 << bits) - 1 else number
