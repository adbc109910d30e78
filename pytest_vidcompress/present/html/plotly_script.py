"""The library that draws, packed: 4.8 MB are 2 in the page, which unpacks them itself."""

from __future__ import annotations

import base64
import gzip
from functools import cache


@cache
def packed_plotly() -> str:
    """Base64 of gzip of plotly's script; the same bytes every time."""
    from plotly.offline import get_plotlyjs

    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()
