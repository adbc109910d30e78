"""What is most like a query: for people, and for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...present.printable import printable
from ...present.wording import count
from ..index.made_by import MadeBy
from ..query import Query


@dataclass(frozen=True)
class Hit:
    """A window that was found."""

    score: float
    """As the query has it: a cosine, or a probability."""
    start_s: float
    end_s: float
    paths: tuple[str, ...]
    """Of all files with this content."""


def search_lines(
    hits: Sequence[Hit], own: MadeBy, query: Query, windows: int, approximate: bool = False
) -> Iterator[str]:
    """A hit a line, the best first; the last line says among how many.

    Args:
        own: what made the index.
        windows: in the index.
        approximate: not all of them were looked at.
    """
    for hit in hits:
        more = f" (and {count(len(hit.paths) - 1, 'more file')})" if len(hit.paths) > 1 else ""
        path = hit.paths[0] if hit.paths else "?"
        yield f"{score_text(hit.score, query):>7}  {clock(hit.start_s)} - {clock(hit.end_s)}  {printable(path)}{more}"
    asked = "" if query.kind == "video" else f"{query.kind} {query.text!r}, "
    how = "approximate, " if approximate else ""
    yield printable(f"{len(hits):,} of {count(windows, 'window')}, {how}{asked}by {model_text(query, own)}")


def score_text(score: float, query: Query) -> str:
    """`0.9562` of a cosine, `95.6%` of a probability."""
    return f"{score:.4f}" if query.score == "cosine" else f"{score:.1%}"


def model_text(query: Query, own: MadeBy) -> str:
    """What asked, and what made the index where that is another."""
    asks = query.asks
    return own.words if own.is_same_model(asks) else f"{asks.words}, in an index by {own.words}"


def search_json(hits: Sequence[Hit], own: MadeBy, query: Query, approximate: bool = False) -> str:
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
    document = {
        "query": query.text,
        "query_kind": query.kind,
        "score": query.score,
        "ranking": "approximate" if approximate else "exact",
        "index_by": own.as_json(),
        "query_by": query.asks.as_json(),
        "hits": found,
    }
    return json.dumps(document, indent=2)


def clock(seconds: float) -> str:
    """`83.4` -> `1:23.4`."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    shown = f"{rest / 10:04.1f}"
    return f"{hours}:{minutes:02}:{shown}" if hours else f"{minutes}:{shown}"
