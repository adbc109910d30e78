"""How far the work in a store is: what is done, by whom, how fast, what is left. From names alone, and a small file
for each measurement and each worker: no result is opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...processes.clock import today_s
from .job import ABOUT, RESULTS, count, number_of
from .shard import ShardRecord, records
from .stores.store import Store
from .tally import WORKERS, Counts

RECENT_S = 600.0
"""Whoever was heard of since is taken to be at work."""


@dataclass(frozen=True)
class About:
    """What a measurement is."""

    digest: str
    name: str
    model: str
    test: str
    clips: int

    @property
    def ranges(self) -> int:
        return count(self.clips)

    def __str__(self) -> str:
        return f"{self.name} of {self.model}" + (f", {self.test}" if self.test else "")


@dataclass(frozen=True)
class Progress:
    """Of one measurement."""

    about: About
    done: int
    left: Sequence[int]
    """Numbers of the ranges that nobody has computed."""


@dataclass(frozen=True)
class Standing:
    """Of a store."""

    measurements: Sequence[Progress]
    unknown: int
    """Results of measurements that say nothing of themselves."""
    workers: Sequence[Counts]
    shards: Sequence[ShardRecord]
    asked_s: float
    """When, seconds since the epoch."""

    @property
    def done(self) -> int:
        return sum(each.done for each in self.measurements)

    @property
    def left(self) -> int:
        return sum(len(each.left) for each in self.measurements)

    @property
    def at_work(self) -> Sequence[Counts]:
        return [each for each in self.workers if self.asked_s - each.last_s < RECENT_S]

    @property
    def left_s(self) -> float | None:
        """As long as it takes those who are at work now; None where nobody is, or nothing is left."""
        clips, seconds = sum(each.clips for each in self.workers), sum(each.seconds for each in self.workers)
        jobs, working = sum(each.jobs for each in self.workers), len(self.at_work)
        if not (self.left and working and clips and jobs and seconds):
            return None
        return self.left * seconds / jobs / working


def standing(store: Store) -> Standing:
    """Looks at a store."""
    found, unknown = list[Progress](), 0
    abouts = read_abouts(store)
    for digest, names in store.folders(RESULTS):
        numbers = {number for name in names if (number := number_of(name)) is not None}
        about = abouts.pop(digest, None)
        if about is None:
            unknown += len(numbers)
        else:
            found.append(_progress(about, numbers))
    found += [_progress(about, set()) for about in abouts.values()]
    names = [f"{WORKERS}/{name}" for name in store.entries(WORKERS)]
    workers = [each for content in store.read_many(names) if content and (each := Counts.from_json(content))]
    return Standing(found, unknown, workers, records(store), today_s())


def read_abouts(store: Store) -> dict[str, About]:
    """What measurements say of themselves, by their digests."""
    digests = [name.removesuffix(".json") for name in store.entries(ABOUT)]
    contents = store.read_many([f"{ABOUT}/{digest}.json" for digest in digests])
    read = (_about(digest, content) for digest, content in zip(digests, contents, strict=True))
    return {about.digest: about for about in read if about is not None}


def _about(digest: str, content: bytes | None) -> About | None:
    with suppress(ValueError, TypeError, KeyError):
        found: dict[str, Any] = json.loads(content or b"")
        return About(
            digest, str(found["name"]), str(found["model"]), str(found["test"]), max(0, int(found["clips"]))
        )
    return None


def _progress(about: About, numbers: set[int]) -> Progress:
    left = [number for number in range(about.ranges) if number not in numbers]
    return Progress(about, about.ranges - len(left), left)
