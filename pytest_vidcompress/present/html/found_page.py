"""What a search found -> one HTML page: each window as a picture that a click plays, where a browser can."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from ..measurement.pictures import PLAYABLE
from .page_blocks import Block, FoundVideo, FoundVideos, Section, Text
from .page_frame import Part, RunOfPage, framed_page

TRIED = PLAYABLE | {".mov", ".mkv", ".ogv"}
"""Suffixes of what some browsers play: the page's script tries, and says where this one does not."""
NOTHING = "Nothing: there are no windows in this index."


def found_page(
    asked: str, asked_with: FoundVideo | None, found: Sequence[FoundVideo], facts: Sequence[tuple[str, str]]
) -> str:
    """The HTML.

    Args:
        asked: what was searched for, in words.
        asked_with: the video that it was, if it was one.
        found: the best first.
        facts: name and value, of the index and of what ranked it.
    """
    hits: Block = FoundVideos(found) if found else Text(NOTHING)
    parts = [Part("Found", [Section("", [hits])])]
    if asked_with is not None:
        parts.insert(0, Part("Asked with", [Section("", [FoundVideos([asked_with])])]))
    shown = RunOfPage("search", asked, "new", "", "", facts, (), parts, "search")
    return framed_page(f"Search: {asked}", [shown])


def is_playable(path: PurePath) -> bool:
    """May a browser play a file of this name?"""
    return path.suffix.lower() in TRIED


def unplayable_note(path: PurePath) -> str:
    """Why only a picture is shown of one that a browser does not."""
    return (
        f"Browsers do not play {path.suffix.lower()} files." if path.suffix else "Browsers do not play this."
    )


def media_fragment(start_s: float, end_s: float) -> str:
    """Which seconds a browser plays (W3C, *Media Fragments URI 1.0*, section 4.2.1)."""
    return f"t={start_s:.3f},{end_s:.3f}"
