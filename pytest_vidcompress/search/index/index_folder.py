"""The videos of a folder -> an index, by content: what is known already is not looked at again."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import torch

from ...clips.crops.digest import digest
from ...clips.crops.windows import PartJob, Span, Windows
from ...clips.faults import Fault, Undecodable
from ...clips.suffixes import VIDEOS
from ...errors import VidcompressError
from ...measure.from_file.arm import Arm
from ..embedded_files import NO_DIRECTION, direction_of
from ..vector_formats import FORMATS
from .index_file import Index
from .read_ahead import Reader, ReadFile
from .rows import StoredWindow
from .streams import Streams

Progress = Callable[[str, int, int], None]
"""`(what, done, total)`."""
_OF_THE_FILE = (Fault.MISSING, Fault.UNREADABLE)
"""What may be otherwise the next time, with the same content."""


@dataclass
class Tally:
    """What came of a folder."""

    added: int = 0
    """Contents that were decoded and have windows."""
    windows: int = 0
    """Of these."""
    moved: int = 0
    """Files with a content that was known under another name."""
    unchanged: int = 0
    gone: int = 0
    """Files that were known and are no more."""
    refused: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Paths below the folder, and why they have no windows."""
    others: Counter[str] = field(default_factory=Counter[str])
    """Suffixes of files that are not called as videos are."""


def index_folder(
    index: Index, folder: Path, arm: Arm, windows: Windows, stored: str, progress: Progress | None = None
) -> Tally:
    """Brings an index to what is in a folder now; may be killed at any time, and goes on where it was.

    Args:
        arm: runs what `embedding_model` made.
        stored: the format of vectors.
        progress: told after every file.

    Raises:
        VidcompressError: there is no such folder, or nothing can be written.
    """
    if not folder.is_dir():
        raise VidcompressError(f"{str(folder)!r} is no folder: name one with videos in it")
    tally = Tally()
    paths = [*_videos(folder, tally)]
    streams, first = Streams.of(arm), PartJob(arm.profile.crop_spec, windows)
    reader = Reader(folder, first, index.contents(), _look(streams, stored), streams)
    with closing(reader.read(paths, index.file)) as files:
        for done, file in enumerate(files, 1):
            _one(index, file, tally)
            index.commit(due=False)
            if progress:
                progress("videos", done, len(paths))
    tally.gone = index.keep_files(paths)
    index.commit()
    return tally


def _videos(folder: Path, tally: Tally) -> Iterator[str]:
    """Below the folder, sorted, as paths from it; what is not called like one is counted."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            suffix = Path(name).suffix.lower()
            if name.startswith("."):
                continue
            if suffix in VIDEOS:
                yield str((Path(place) / name).relative_to(folder))
            else:
                tally.others[suffix or "none"] += 1


def _one(index: Index, read: ReadFile[StoredWindow], tally: Tally) -> None:
    try:
        now = read.now
    except OSError as error:
        tally.refused.append((read.path, f"unreadable: {error.strerror}"))
        return
    reason = index.reason(now.digest)
    if reason is None:
        reason, is_passing = _new(index, now.digest, read, tally)
        if is_passing:
            tally.refused.append((read.path, reason))
            return
    elif now == read.known:
        tally.unchanged += not reason
    else:
        tally.moved += not reason
    if now != read.known:
        index.add_file(read.path, now)
    if reason:
        tally.refused.append((read.path, reason))


def _new(index: Index, content: str, read: ReadFile[StoredWindow], tally: Tally) -> tuple[str, bool]:
    """Adds a content; returns why it has no windows, and whether the next time that may be otherwise."""
    try:
        found, reason = tuple(read.windows()), ""
    except Undecodable as error:
        if error.kind in _OF_THE_FILE:
            return str(error), True
        found, reason = (), str(error)
    if not _still_has(read.file, content):
        return "changed while it was read: run the same again", True
    index.add_video(content, found, reason)
    tally.added += not reason
    tally.windows += len(found)
    return reason, False


def _still_has(file: Path, content: str) -> bool:
    try:
        return digest(file) == content
    except OSError:
        return False


def _look(streams: Streams, stored: str) -> Callable[[Span, torch.Tensor], StoredWindow]:
    def look(span: Span, crops: torch.Tensor) -> StoredWindow:
        with streams.arm() as arm:
            seen = direction_of(arm, arm.as_input(crops))
        if seen is None:
            raise Undecodable(NO_DIRECTION, Fault.CORRUPT_FRAMES)
        return StoredWindow(span.start_s, span.end_s, FORMATS[stored].pack(seen.vector), seen.length)

    return look
