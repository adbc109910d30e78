"""The result of one job as bytes: a line of JSON, the logits, a checksum. It holds no code.

Reading it needs neither torch nor numpy: whoever merges a million of them need not load these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

_FIRST = b"vidcompress result 1\n"
_CHECK = 16
_read_json = json.JSONDecoder().raw_decode
"""Without a look for blanks around it, of which there are none."""
_MOST_HEAD = 1 << 20
"""Bytes of the line of JSON."""


class DamagedError(Exception):
    """A file is no whole result; its text says why."""


@dataclass(frozen=True)
class Made:
    """By whom, where, and how fast."""

    by: str = ""
    machine: str = ""
    """Class of the machine."""
    threads: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Result:
    """What a module says to the clips of a range."""

    clips: int
    """That were to be answered."""
    labels: int
    """Numbers a row."""
    rows: bytes
    """Logits of the usable clips in order, float32 little-endian, `(N, labels)`."""
    skipped: tuple[tuple[int, str, str], ...] = ()
    """Clips that could not be used: place in the range, kind, and why."""
    exits: tuple[tuple[int, ...], ...] = ()
    """Of each usable clip, how many of its views left at which exit; empty of what has none."""
    answer: str = ""
    """What the module says to noise, float32 hexadecimal: of another module it is another."""
    made: Made = field(default_factory=Made, compare=False)

    @property
    def usable(self) -> int:
        return self.clips - len(self.skipped)

    def to_bytes(self) -> bytes:
        """As it lies in a store."""
        head: dict[str, Any] = {
            "answer": self.answer,
            "clips": self.clips,
            "exits": self.exits,
            "labels": self.labels,
            "made": vars(self.made),
            "skipped": self.skipped,
        }
        body = _FIRST + json.dumps(head, separators=(",", ":"), sort_keys=True).encode() + b"\n" + self.rows
        return body + blake2b(body, digest_size=_CHECK).digest()

    @classmethod
    def from_bytes(cls, content: bytes) -> Result:
        """Reads it.

        Raises:
            DamagedError: it is not whole, or something else.
        """
        head, rows = _parts(content)
        try:
            made: Mapping[str, Any] = head["made"]
            result = cls(
                int(head["clips"]),
                int(head["labels"]),
                rows,
                tuple((int(place), str(kind), str(why)) for place, kind, why in head["skipped"]),
                tuple(tuple(map(int, each)) for each in head["exits"]),
                str(head["answer"]),
                Made(str(made["by"]), str(made["machine"]), int(made["threads"]), float(made["seconds"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedError(f"its first line lacks something ({error})") from None
        if len(rows) != 4 * result.labels * result.usable or result.usable < 0:
            raise DamagedError(
                f"{len(rows)} bytes of logits for {result.usable} clips of {result.labels} labels"
            )
        return result


def _parts(content: bytes) -> tuple[dict[str, Any], bytes]:
    if not content.startswith(_FIRST):
        raise DamagedError("it does not begin as a result")
    if blake2b(memoryview(content)[:-_CHECK], digest_size=_CHECK).digest() != content[-_CHECK:]:
        raise DamagedError("it is not whole")
    end = content.find(b"\n", len(_FIRST), len(_FIRST) + _MOST_HEAD)
    try:
        head, _ = _read_json(content[len(_FIRST) : end].decode()) if end >= 0 else (None, 0)
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict):
        raise DamagedError("its first line is no JSON object")
    return head, content[end + 1 : -_CHECK]
