"""What one job is, and how its result is called: by content, so that a result that exists is a job that is done.

A job is a range of `SIZE` clips of one measurement. A measurement is what decides its logits apart from the clips:
the module, its code, what it is shown. The clips of a range are part of its name: another clip set, another sample or
another seed are other jobs, and ranges that they share are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

SIZE = 64
"""Clips of a job."""
RESULTS, ABOUT = "results", "measurements"
"""Folders of a store: of results, one below for each measurement; of what measurements are."""
_NAME = re.compile(r"([0-9]{7})-([0-9a-f]{16})")


@dataclass(frozen=True)
class Share:
    """The part of a run that a shard takes: every so-manieth range."""

    number: int
    """From 1."""
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def numbers(self, ranges: int) -> range:
        """Of so many ranges those that are its own, by number from 0."""
        return range(self.number - 1, ranges, self.of)


@dataclass(frozen=True)
class ClipRanges:
    """The ranges of a sample that a run looks at, and where their clips lie in it."""

    numbers: Sequence[int]
    """In the whole sample, ascending."""
    sample: int
    """Clips of the whole sample."""

    @classmethod
    def of(cls, sample: int, share: Share | None = None) -> ClipRanges:
        """All, or those of a shard."""
        ranges = count(sample)
        return cls(share.numbers(ranges) if share else range(ranges), sample)

    @property
    def places(self) -> tuple[int, ...]:
        """Of their clips in the sample."""
        return tuple(place for number in self.numbers for place in self.clips_of(number))

    def clips_of(self, number: int) -> range:
        """Places in the sample of one range's clips."""
        return range(SIZE * number, min(SIZE * (number + 1), self.sample))


def count(sample: int) -> int:
    """Ranges of a sample."""
    return -(-sample // SIZE)


def range_name(number: int, ids: Sequence[str], contents: Sequence[str]) -> str:
    """The last name of a result.

    Args:
        ids: of its clips.
        contents: digests of their files.
    """
    whole = sha256()
    for clip, content in zip(ids, contents, strict=True):
        whole.update(f"{clip}\0{content}\n".encode("utf-8", "surrogatepass"))
    return f"{number:07d}-{whole.hexdigest()[:16]}"


def number_of(name: str) -> int | None:
    """Of a result's last name; None of a file that is none."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def result_name(measurement: str, name: str) -> str:
    """Where in a store it lies."""
    return f"{RESULTS}/{measurement}/{name}"
