"""What one process has computed into a store, for whoever asks how far it is."""

from __future__ import annotations

import json
import platform
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from ...errors import VidcompressError
from ...processes.clock import now_s, today_s
from .result import Result
from .stores.store import Store

WORKERS = "workers"
"""Folder of a store: of each process one file."""
_EVERY_S = 5.0


@dataclass
class Counts:
    """Of one process."""

    name: str
    machine: str
    shard: str = ""
    jobs: int = 0
    clips: int = 0
    seconds: float = 0.0
    """In which it computed."""
    last_s: float = 0.0
    """When it was last heard of, seconds since the epoch."""

    @classmethod
    def from_json(cls, content: bytes) -> Counts | None:
        """Reads them; None of something else."""
        with suppress(ValueError, TypeError, KeyError):
            found: dict[str, Any] = json.loads(content)
            return cls(
                str(found["name"]),
                str(found["machine"]),
                str(found["shard"]),
                int(found["jobs"]),
                int(found["clips"]),
                float(found["seconds"]),
                float(found["last_s"]),
            )
        return None


class Tally:
    """Written every few seconds; that it cannot be is nobody's misfortune: results are what counts."""

    def __init__(self, store: Store, machine: str, shard: str = "") -> None:
        self._store = store
        self._written_s = float("-inf")
        self.counts = Counts(f"{platform.node() or 'somewhere'}-{secrets.token_hex(4)}", machine, shard)

    def add(self, result: Result) -> None:
        """Counts a result."""
        self.counts.jobs += 1
        self.counts.clips += result.clips
        self.counts.seconds += result.made.seconds
        if now_s() - self._written_s >= _EVERY_S:
            self.close()

    def close(self) -> None:
        """Writes it now."""
        if self.counts.jobs:
            self._written_s, self.counts.last_s = now_s(), today_s()
            with suppress(VidcompressError):
                self._store.replace(
                    f"{WORKERS}/{self.counts.name}.json", json.dumps(asdict(self.counts)).encode()
                )
