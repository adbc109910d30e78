"""What was found -> what a page shows of it: a frame, a link, why there is none. Heavy: decodes a frame of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ...clips.crops.thumbnails import still
from ...clips.faults import Undecodable
from ...present.html.file_address import file_address
from ...present.html.found_page import is_playable, media_fragment, unplayable_note
from ...present.html.page_blocks import FoundVideo
from ..query import Query
from .search_lines import Hit, clock, score_text

SIDE = 320
"""Pixels of a picture, at most."""


def found_videos(
    hits: Sequence[Hit], query: Query, page: Path, change_of: Callable[[str], str]
) -> Iterator[FoundVideo]:
    """A window each, in the order of `hits`.

    Args:
        page: the folder that the page is to lie in.
        change_of: why a file is not what was indexed; empty where it is.
    """
    for hit in hits:
        reasons = {path: change_of(path) for path in hit.paths}
        path = min(reasons, key=lambda each: (bool(reasons[each]), not is_playable(Path(each))), default="")
        others = [other for other in hit.paths if other != path]
        reason = reasons.get(path, "no file with this content is in the index any more")
        yield replace(
            _video(Path(path), page, reason, (hit.start_s, hit.end_s)),
            score=score_text(hit.score, query),
            span=f"{clock(hit.start_s)} - {clock(hit.end_s)}",
            copies=[_copy(Path(other), page, reasons[other]) for other in others],
        )


def _copy(file: Path, page: Path, reason: str) -> tuple[str, str]:
    return (f"{file} ({reason})", "") if reason else (str(file), file_address(file, page))


def query_video(file: Path, page: Path) -> FoundVideo:
    """The video that was asked with, whole."""
    return _video(file, page, "", None)


def _video(file: Path, page: Path, reason: str, span_s: tuple[float, float] | None) -> FoundVideo:
    notes, picture = [f"{reason[:1].upper()}{reason[1:]}."] if reason else [], ""
    if not reason:
        try:
            picture = still(file, sum(span_s) / 2 if span_s else None, SIDE)
        except Undecodable as error:
            notes.append(f"No picture: {error}.")
        if not is_playable(file):
            notes.append(unplayable_note(file))
    return FoundVideo(
        file.name or "?",
        place=str(file.parent),
        picture=picture,
        address="" if reason else file_address(file, page),
        fragment=media_fragment(*span_s) if span_s else "",
        plays=is_playable(file),
        note=" ".join(notes),
    )
