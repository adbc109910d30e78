"""Where it is shown: what the output can take, and nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TextIO

BLOCKS, PLAIN = " ▏▎▍▌▋▊▉█", " .:-=#"
"""What a bar grows by, from nothing to a whole column."""


def draws(file: TextIO, environ: Mapping[str, str]) -> bool:
    """Can a bar be drawn there, and wiped again? It has no colour, so NO_COLOR changes nothing."""
    return file.isatty() and environ.get("TERM", "") not in ("", "dumb", "unknown")


def blocks(file: TextIO) -> str:
    """What a bar grows by where `file` has its characters, and else what every terminal has."""
    return BLOCKS if shown(BLOCKS, file) == BLOCKS else PLAIN


def shown(text: str, file: TextIO) -> str:
    """In characters that `file` has: others are escaped, because a name may hold anything."""
    encoding = file.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.replace("…", "~").encode(encoding, "backslashreplace").decode(encoding)
    return text


def cells(text: str) -> int:
    """Columns that a terminal takes for printable text: two for an ideograph."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
