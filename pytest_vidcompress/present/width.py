"""How wide a line may be."""

from __future__ import annotations

import shutil

WIDTH = 100
"""Most columns of a line that is printed to a person."""
FEWEST = 40
"""Columns below which a line is left to the terminal to break."""


def width() -> int:
    """Columns of the terminal, as far as a line makes use of them; `WIDTH` where the output is no terminal."""
    return max(FEWEST, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))
