"""Text files as people have them: of any encoding, with or without a byte order mark, and with any line ends."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ...errors import VidcompressError

_PEEK = 1 << 14
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Bytes that no text has."""


def read_text(path: Path) -> str:
    """The file as text, line ends left alone.

    Raises:
        VidcompressError: it cannot be read, or is not text.
    """
    try:
        return _decoded(path.read_bytes(), final=True)
    except (OSError, UnicodeError) as error:
        raise VidcompressError(f"cannot read {path} as text: {error}") from error


def first_lines(path: Path, number: int) -> list[str]:
    """The first lines that are not blank; none if the file is not text."""
    try:
        with path.open("rb") as file:
            start = _decoded(file.read(_PEEK), final=False)
    except (OSError, UnicodeError):
        return []
    return [line for line in start.splitlines() if line.strip()][:number]


def numbered_lines(path: Path) -> list[tuple[int, str]]:
    """Every line that is not blank, with its number from 1.

    Raises:
        VidcompressError: it cannot be read, or is not text.
    """
    return [(number, line) for number, line in enumerate(read_text(path).splitlines(), 1) if line.strip()]


def _decoded(content: bytes, *, final: bool) -> str:
    # What a PowerShell pipe writes.
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return codecs.getincrementaldecoder("utf-16")().decode(content, final)
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(content, final)
    except UnicodeError:
        if _CONTROLS.search(content):
            raise
        # Any bytes are Latin-1: what has none of its controls was written so, in the days of HMDB51.
        return content.decode("latin-1")
