"""What only the page's script reads, packed: it unpacks it itself, and a page is a fifth as long."""

from __future__ import annotations

import base64
import gzip
from functools import cache


def packed(text: str) -> str:
    """Base64 of gzip; the same bytes every time. Nothing in it can end a script element."""
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


@cache
def packed_plotly() -> str:
    """Likewise, the library that draws."""
    from plotly.offline import get_plotlyjs

    return packed(get_plotlyjs())
