"""A run file that anybody may have written -> what can be chosen from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import VidcompressError
from ...gate.shortlist import Candidate
from ...measure.interval import Estimate
from ...untrusted import Malformed, json_object, mapping, number, optional, read_json, text, whole
from ..formats.run_json import SCHEMA

MOST_BYTES = 1 << 28
"""Of a run file: costs by clip of many clips are long."""
_WRITTEN_BY = "expected what pytest --vc-report=FILE.json writes"


@dataclass(frozen=True)
class RunEntries:
    """Of one file."""

    candidates: tuple[Candidate, ...]
    grids: int
    """Entries that are grids, which choose by themselves."""


def read_run(path: Path, run: int = 0) -> RunEntries:
    """Reads a run file of this version, or of before there were versions.

    Args:
        run: which of the files it is.

    Raises:
        VidcompressError: it cannot be read, is no run file, or is of a later version.
    """
    try:
        document: Any = read_json(path, MOST_BYTES)
    except OSError as error:
        raise VidcompressError(f"{path} cannot be read ({error.strerror}): {_WRITTEN_BY}") from error
    except Malformed as error:
        raise VidcompressError(f"{path}: {error}: {_WRITTEN_BY}") from None
    if not isinstance(document, list):
        raise VidcompressError(f"{path} is no run file, which is a list: {_WRITTEN_BY}")
    entries: list[Any] = document
    found, grids = list[Candidate](), 0
    for place, each in enumerate(entries, 1):
        try:
            entry = json_object(each, "an entry")
            _refuse_newer(entry)
            if entry.get("grid") is True:
                grids += 1
            else:
                found.append(_candidate(entry, path, run))
        except Malformed as error:
            raise VidcompressError(f"{path} is no run file, entry {place}: {error}: {_WRITTEN_BY}") from None
        except VidcompressError as error:
            raise VidcompressError(f"{path}, entry {place}: {error}") from None
    return RunEntries(tuple(found), grids)


def _refuse_newer(entry: Mapping[str, Any]) -> None:
    version = optional(whole, entry, "schema", 1) or 0
    if version > SCHEMA:
        raise VidcompressError(
            f"its schema is {version}, and this version reads {SCHEMA} and before: update pytest-vidcompress"
        )


def _candidate(entry: Mapping[str, Any], path: Path, run: int) -> Candidate:
    made_with = optional(mapping, entry, "made_with") or {}
    return Candidate(
        text(entry, "model"),
        text(entry, "name"),
        optional(text, entry, "machine") or f"not recorded in {path}",
        _numbers(entry),
        whole(entry, "clips"),
        run,
        optional(text, entry, "recipe"),
        tuple(sorted((name, str(value)) for name, value in made_with.items())),
        text(entry, "test"),
        optional(text, entry, "verdict") or "",
    )


def _numbers(entry: Mapping[str, Any]) -> Mapping[str, Estimate]:
    """By criterion. Of clips with several labels accuracy is what is lost of GAP."""
    drop = "top1_drop" if entry.get("gap_drop") is None else "gap_drop"
    found = {
        "time": _estimate(entry, "latency", 0, math.inf),
        "size": _estimate(entry, "size_bytes", 0, math.inf),
        "accuracy": _estimate(entry, drop, -1, 1),
    }
    return {name: value for name, value in found.items() if value is not None}


def _estimate(entry: Mapping[str, Any], key: str, low: float, high: float) -> Estimate | None:
    """With its interval where there is one."""
    value = optional(number, entry, key, low, high)
    if value is None:
        return None
    ends = entry.get(f"{key}_interval")
    if ends is None:
        return Estimate(value)
    if not isinstance(ends, list) or len(both := [*map(_end, ends)]) != 2:
        raise Malformed(f"{key}_interval: expected a list of two numbers")
    lower, upper = (-math.inf if both[0] is None else both[0], math.inf if both[1] is None else both[1])
    if not lower <= upper:
        raise Malformed(f"{key}_interval: expected its lower end first, found {lower:g} and {upper:g}")
    return Estimate(value, lower, upper)


def _end(value: Any) -> float | None:
    """Of an interval; None where nothing bounds it."""
    return optional(number, {"an end of an interval": value}, "an end of an interval")
