"""Text files as people have them: with or without a byte order mark, and with any line ends."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ...errors import VidcompressError

_PEEK = 1 << 14


@contextmanager
def opened(path: Path) -> Generator[TextIO]:
    """The file as text, line ends left alone.

    Raises:
        VidcompressError: it cannot be read, or is not text; also while its lines are read.
    """
    try:
        with path.open("rb") as raw:
            # What a PowerShell pipe writes.
            encoding = "utf-16" if raw.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as text:
            yield text
    except (OSError, UnicodeError) as error:
        raise VidcompressError(f"cannot read {path} as text: {error}") from error


def first_lines(path: Path, number: int) -> list[str]:
    """The first lines that are not blank; none if the file is not text."""
    try:
        with opened(path) as text:
            start = text.read(_PEEK)
    except VidcompressError:
        return []
    return [line for line in start.splitlines() if line.strip()][:number]


def numbered_lines(path: Path) -> list[tuple[int, str]]:
    """Every line that is not blank, with its number from 1.

    Raises:
        VidcompressError: it cannot be read, or is not text.
    """
    with opened(path) as text:
        lines = text.read().splitlines()
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
