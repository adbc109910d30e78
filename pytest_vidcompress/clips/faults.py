"""Why a clip cannot be used."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a file, as reports count it.

    A clip with few frames is no fault: plans repeat its last one.
    """

    MISSING = "missing"
    """There is nothing at its path."""
    UNREADABLE = "unreadable"
    """A folder or a device, or the system does not let it be read."""
    EMPTY = "empty"
    """It has no bytes."""
    NOT_A_VIDEO = "not a video"
    """Its bytes are of no known container, or of a picture or a list: a web page, noise, a thumbnail."""
    NO_VIDEO_STREAM = "no video stream"
    """It has sound, or sound and a cover, but no moving pictures of a known codec."""
    TRUNCATED = "truncated"
    """It ends before its header says, or within a frame."""
    CORRUPT_FRAMES = "corrupt frames"
    """A frame that is wanted does not decode, or only with errors."""
    TOO_SHORT = "too short"
    """It has a video stream with no frame in it."""


class Undecodable(Exception):  # noqa: N818
    """A file does not give the frames asked for.

    Args:
        reason: in words, without the file's name; the text of the exception.
        kind: the same as one of a few.
    """

    def __init__(self, reason: str, kind: Fault) -> None:
        # Both reach `args`, so that the exception survives the way back from a worker process.
        super().__init__(reason, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])
