"""What only the page's script reads, packed: it unpacks it itself, and a page is a fifth as long."""

from __future__ import annotations

import base64
import gzip
from functools import cache
from pathlib import Path

LIBRARY = Path(__file__).parent / "plotly" / "plotly-cartesian.min.js.gz"
"""What draws: plotly.js as it is published for plots with two axes, a third of the whole. `.ci/plotly` brought it."""


def packed(text: str) -> str:
    """Base64 of gzip; the same bytes every time. Nothing in it can end a script element."""
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


@cache
def packed_library() -> str:
    """Likewise, of what draws."""
    return base64.b64encode(LIBRARY.read_bytes()).decode()
