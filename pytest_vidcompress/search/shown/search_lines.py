"""What is most like a query: for people, and for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...present.printable import printable
from ...present.wording import count
from ..index.made_by import MadeBy


@dataclass(frozen=True)
class Hit:
    """A window that was found."""

    score: float
    """Cosine."""
    start_s: float
    end_s: float
    paths: tuple[str, ...]
    """Of all files with this content."""


def search_lines(hits: Sequence[Hit], own: MadeBy, asks: MadeBy, windows: int) -> Iterator[str]:
    """A hit a line, the best first; the last line says among how many.

    Args:
        own: what made the index.
        asks: what made the query.
        windows: in the index.
    """
    for hit in hits:
        more = f" (and {count(len(hit.paths) - 1, 'more file')})" if len(hit.paths) > 1 else ""
        path = hit.paths[0] if hit.paths else "?"
        yield f"{hit.score:7.4f}  {clock(hit.start_s)} - {clock(hit.end_s)}  {printable(path)}{more}"
    by = own.words if own.is_same_model(asks) else f"{asks.words}, in an index by {own.words}"
    yield printable(f"{len(hits):,} of {count(windows, 'window')}, by {by}")


def search_json(hits: Sequence[Hit], query: str, own: MadeBy, asks: MadeBy) -> str:
    """One object; `hits` has the best first."""
    found = [
        {
            "score": hit.score,
            "start_s": hit.start_s,
            "end_s": hit.end_s,
            "path": hit.paths[0] if hit.paths else None,
            "copies": list(hit.paths[1:]),
        }
        for hit in hits
    ]
    document = {"query": query, "index_by": own.as_json(), "query_by": asks.as_json(), "hits": found}
    return json.dumps(document, indent=2)


def clock(seconds: float) -> str:
    """`83.4` -> `1:23.4`."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    shown = f"{rest / 10:04.1f}"
    return f"{hours}:{minutes:02}:{shown}" if hours else f"{minutes}:{shown}"
