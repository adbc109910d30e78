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
from ...untrusted import Malformed
from ..formats.run_file import read_run_file

_KEYS = (("time", "latency"), ("size", "size_bytes"))
"""Criterion -> what of a measurement it limits."""


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
    document = read_run_file(path)
    try:
        found = tuple(candidate_of(each, str(path), run) for each in document["measurements"])
    except Malformed as error:
        raise VidcompressError(f"{path} is no run file: {error}") from None
    return RunEntries(found, len(document["grids"]))


def candidate_of(entry: Mapping[str, Any], path: str = "", run: int = 0) -> Candidate:
    """Of one measurement.

    Raises:
        Malformed: an interval is none.
    """
    return Candidate(
        entry["model"],
        entry["name"],
        entry.get("machine") or f"not recorded in {path or 'this run'}",
        _numbers(entry),
        entry["clips"] or 0,
        run,
        entry["recipe"],
        tuple(sorted((name, str(value)) for name, value in entry.get("made_with", {}).items())),
        entry["test"],
        entry.get("verdict", ""),
    )


def _numbers(entry: Mapping[str, Any]) -> Mapping[str, Estimate]:
    """By criterion. Of clips with several labels accuracy is what is lost of GAP."""
    drop = "top1_drop" if entry.get("gap_drop") is None else "gap_drop"
    found = {name: _estimate(entry, key) for name, key in (*_KEYS, ("accuracy", drop))}
    return {name: value for name, value in found.items() if value is not None}


def _estimate(entry: Mapping[str, Any], key: str) -> Estimate | None:
    """With its interval where there is one."""
    value, ends = entry.get(key), entry.get(f"{key}_interval")
    if value is None or ends is None:
        return None if value is None else Estimate(value)
    lower, upper = (-math.inf if ends[0] is None else ends[0], math.inf if ends[1] is None else ends[1])
    if not lower <= upper:
        raise Malformed(f"{key}_interval: expected its lower end first, found {lower:g} and {upper:g}")
    return Estimate(value, lower, upper)
