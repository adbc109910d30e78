"""What a shard says of itself in the store: what code it runs, of which clips, and how it ended."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ...clips.clip import Clip
from .job import SIZE, Share, count
from .stores.store import Store

if TYPE_CHECKING:
    from .predictions import SharedPredictions

SHARDS = "shards"
"""Folder of a store."""


@dataclass(frozen=True)
class ShardRecord:
    """One run of a shard."""

    share: str
    version: str
    """Of this package."""
    code: str
    """Digest of this package's source; empty where it was edited while it ran."""
    tests_code: str
    """Likewise, of what is loaded and not installed: tests, conftests."""
    libraries: str
    """Versions of what decides logits."""
    clips: int
    """Of the whole sample."""
    sample: str
    """Digest of their ids."""
    tests: tuple[str, ...] = ()
    """Node ids of those that it was to run."""
    unshared: tuple[str, ...] = ()
    """What it could not compute for others."""
    ended: bool = False
    """It went through all its tests."""
    exit: int = 0
    """Exit code, once it ended."""

    @classmethod
    def from_json(cls, content: bytes) -> ShardRecord | None:
        """Reads it; None of something else."""
        with suppress(ValueError, TypeError, KeyError):
            found: dict[str, Any] = json.loads(content)
            tests, unshared = (tuple(map(str, found[name])) for name in ("tests", "unshared"))
            return cls(
                str(found["share"]),
                str(found["version"]),
                str(found["code"]),
                str(found["tests_code"]),
                str(found["libraries"]),
                int(found["clips"]),
                str(found["sample"]),
                tests,
                unshared,
                bool(found["ended"]),
                int(found["exit"]),
            )
        return None


@dataclass
class Shard:
    """This run as a part of a whole one."""

    shared: SharedPredictions
    share: Share
    sample: Sequence[Clip]
    tests: Collection[str] = ()
    _name: str = field(default_factory=lambda: secrets.token_hex(6))
    _tests_code: str = ""
    """As it was when all tests had been collected."""

    @property
    def is_empty(self) -> bool:
        """Has it no clips, because there are more shards than ranges of them?"""
        return not self.share.numbers(count(len(self.sample)))

    def begin(self, tests: Collection[str]) -> None:
        """Notes in the store what it is, before it computes anything."""
        self.tests = tests
        self._write(ended=False)

    def end(self, exit_code: int) -> None:
        """Notes that it is done."""
        self._write(ended=True, exit_code=exit_code)
        self.shared.engine.close()

    def lines(self) -> Sequence[str]:
        """What it has done, and what comes next, for the terminal."""
        computed, there = self.shared.counted
        place, of = self.shared.store.place, self.share.of
        said = [
            f"shard {self.share}: {computed:,} ranges of up to {SIZE} clips computed, {there:,} were in {place};"
            " nothing was timed, for others may work on this machine",
        ]
        if self.shared.unshared:
            said.append(
                "computed by the run over all results, for their content cannot be told:"
                f" {', '.join(self.shared.unshared)}"
            )
        said.append(
            f"when all {of} are done: vidcompress merge {place}; then this command without --vc-shard"
        )
        return said

    def _write(self, ended: bool, exit_code: int = 0) -> None:
        from ... import __version__
        from ...measure.resume.source_files import loaded_source, own_source, versions

        began, ids = self.shared.began, "\0".join(clip.id for clip in self.sample)
        record = ShardRecord(
            share=str(self.share),
            version=__version__,
            code=(own_source(began) or "")[:12],
            tests_code=self._tests_code or (loaded_source(began) or "")[:12],
            libraries=", ".join(f"{name} {text}" for name, text in versions().items()),
            clips=len(self.sample),
            sample=sha256(ids.encode("utf-8", "surrogatepass")).hexdigest()[:12],
            tests=tuple(sorted(self.tests)),
            unshared=tuple(self.shared.unshared),
            ended=ended,
            exit=exit_code,
        )
        self._tests_code = record.tests_code
        name = f"{SHARDS}/{self.share.number}-of-{self.share.of}-{self._name}.json"
        self.shared.store.replace(name, json.dumps(asdict(record), sort_keys=True).encode())


def records(store: Store) -> Sequence[ShardRecord]:
    """All runs of shards that a store knows of, by their shares."""
    found = (store.read(f"{SHARDS}/{name}") for name in sorted(store.entries(SHARDS)))
    read = (ShardRecord.from_json(content) for content in found if content is not None)
    return [record for record in read if record is not None]
