"""Run files of a folder -> the database. A file is known by its content: a copy adds nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ...errors import VidcompressError
from ...gate.metrics import METRICS
from ...present.formats.run_file import MOST_BYTES
from ...present.formats.run_json import SCHEMA
from ...untrusted import (
    Malformed,
    json_object,
    mapping,
    number,
    objects,
    optional,
    parse_json,
    read_file,
    text,
    whole,
)
from .database import Database

_IN_NAME = re.compile(r"(?<![0-9a-f])[0-9a-f]{7,64}(?![0-9a-f])")
_TO_MEASUREMENT = "INSERT INTO measured VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class _Run:
    sha: str = ""
    began: str = ""
    rows: tuple[tuple[Any, ...], ...] = ()
    """As the table has them, after the digest."""
    fault: str = ""


def read_runs(database: Database, folders: Sequence[Path], shas: Sequence[str]) -> int:
    """Takes over the run files of folders, and of those below them; returns how many were new.

    Args:
        shas: of the commits there are, for files of before runs said theirs: their name may say it.

    Raises:
        VidcompressError: there is no such folder.
    """
    new = 0
    for folder in folders:
        if not folder.is_dir():
            raise VidcompressError(f"{folder} is no folder: give the one that has the run files of pytest")
        for path in sorted(folder.rglob("*.json")):
            new += _add(database, path, shas)
    return new


def _add(database: Database, path: Path, shas: Sequence[str]) -> bool:
    """Was it new?"""
    try:
        content = read_file(path, MOST_BYTES)
    except (OSError, Malformed) as error:
        fault = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        digest, run = hashlib.sha256(str(path).encode(errors="replace")).hexdigest(), _Run(fault=fault)
    else:
        digest = hashlib.sha256(content).hexdigest()
        known = database.rows("SELECT sha, fault FROM runs WHERE digest = ?", [digest])
        # One that did not say its commit may bear another name by now.
        if known and (known[0][0] or known[0][1]):
            return False
        run = _read(content, path, shas)
    database.write("DELETE FROM measured WHERE digest = ?", [(digest,)])
    shown = str(path).encode(errors="replace").decode()
    database.write(
        "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?)", [(digest, shown, run.sha, run.began, run.fault)]
    )
    database.write(_TO_MEASUREMENT, ((digest, *row) for row in run.rows))
    return True


def _read(content: bytes, path: Path, shas: Sequence[str]) -> _Run:
    try:
        document = parse_json(content)
        if isinstance(document, list):
            entries = [json_object(each, "an entry") for each in cast("list[Any]", document)]
            return _Run(_commit_in(path.name, shas), "", tuple(_rows(_measurements(entries))))
        whole_run = json_object(document, "a run file")
        _refuse_newer(whole_run)
        said = mapping(whole_run, "run")
        sha, began = optional(text, said, "commit") or "", optional(text, said, "began") or ""
        if said.get("dirty") is True:
            return _Run(sha, began, fault="it measured changes that were not committed")
        rows = tuple(_rows(objects(whole_run, "measurements")))
        return _Run(sha or _commit_in(path.name, shas), began, rows)
    except Malformed as error:
        return _Run(fault=f"it is no run file: {error}")


def _measurements(entries: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of version 1, where grids stood among them."""
    for entry in entries:
        _refuse_newer(entry)
        if entry.get("grid") is not True:
            yield entry


def _refuse_newer(document: Mapping[str, Any]) -> None:
    version = optional(whole, document, "schema", 0) or 0
    if version > SCHEMA:
        raise Malformed(f"its schema is {version}, and this version reads {SCHEMA} and before")


def _commit_in(name: str, shas: Sequence[str]) -> str:
    """The commit whose beginning stands in a file's name; empty where there is none, or more than one."""
    said = _IN_NAME.findall(name.lower())
    found = {sha for sha in shas for each in said if sha.startswith(each)}
    return found.pop() if len(found) == 1 else ""


def _rows(entries: Sequence[dict[str, Any]] | Iterator[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for place, entry in enumerate(entries):
        made_with = optional(mapping, entry, "made_with") or {}
        clips = Path(str(made_with.get("clips", ""))).name
        head = (
            place,
            clips,
            text(entry, "model"),
            str(made_with.get("weights", "trained")),
            text(entry, "name"),
            optional(text, entry, "machine_class") or "",
            optional(whole, entry, "clips") or 0,
        )
        limits = _limits(entry)
        for metric in METRICS.values():
            value = optional(number, entry, metric.name)
            if value is not None and metric.kind != "count":
                yield *head, metric.name, float(value), limits.get(metric.name)


def _limits(entry: Mapping[str, Any]) -> dict[str, float]:
    """What its baseline allowed, by metric."""
    verdicts = entry.get("verdicts")
    found: dict[str, float] = {}
    for each in cast("list[Any]", verdicts) if isinstance(verdicts, list) else []:
        verdict = json_object(each, "a verdict")
        limit = optional(number, verdict, "limit")
        if limit is not None and verdict.get("rule") == "baseline":
            found[text(verdict, "metric")] = limit
    return found
