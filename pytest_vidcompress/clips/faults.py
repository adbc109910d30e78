"""Clips that cannot be used: why, how many of which kind, and when they are too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .clip import Clip


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
    TOO_LARGE = "too large"
    """Its frames have more pixels than any camera's, or are more than a clip's."""


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


@dataclass(frozen=True)
class Skipped:
    """A clip that was in the sample and could not be used."""

    clip: Clip
    reason: str
    """In words, without the file's name."""
    kind: Fault = Fault.UNREADABLE
    """The same as one of a few, to be counted."""

    @classmethod
    def of(cls, clip: Clip, error: Undecodable) -> Skipped:
        """From what the decoder says."""
        return cls(clip, str(error), error.kind)


def by_kind(skipped: Iterable[Skipped]) -> str:
    """`12 truncated, 3 empty`, the commonest first."""
    counts = Counter(str(each.kind) for each in skipped)
    return ", ".join(
        f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def too_many(skipped: Sequence[Skipped], sample: int, most: float) -> str:
    """Why a run on what is left of the sample says nothing about the clip set; empty when it does.

    Args:
        skipped: of the sample.
        sample: clips in it.
        most: share of them that may be skipped.
    """
    if len(skipped) <= most * sample:
        return ""
    first = skipped[0]
    return (
        f"{len(skipped)} of {sample} clips cannot be used, {100 * len(skipped) / sample:.3g} % where"
        f" --vc-max-skipped allows {100 * most:.3g} %: {by_kind(skipped)}; the first is {first.clip.path},"
        f" {first.reason}; get these files again, or raise --vc-max-skipped"
    )
