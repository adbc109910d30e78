"""Committed baselines -> the database. What was read before is not read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ...gate.baseline.files import SCHEMA
from ...gate.baseline.json_shape import stored_entries, timing_entries
from ...gate.baseline.stored import StoredTiming
from ...gate.metrics import METRICS
from ...other_commit.past_files import Past, Version, contents_of
from ...untrusted import Malformed, json_object, parse_json, text
from .database import Database

Row = tuple[str, str, int, float, float | None]
"""Variant, metric, run (-1 of what is one number), value, seconds of the reference."""


@dataclass(frozen=True)
class _Content:
    rows: tuple[Row, ...] = ()
    clip_set: str = ""
    model: str = ""
    weights: str = ""
    is_timing: bool = False
    fault: str = ""


def read_commits(database: Database, past: Past) -> int:
    """Takes over the line of commits and what they hold; returns how many contents were new."""
    database.write("UPDATE commits SET place = NULL WHERE ?", [(True,)])
    database.write(
        "INSERT INTO commits VALUES (?, ?, ?, ?) ON CONFLICT (sha) DO UPDATE SET place = excluded.place",
        ((each.sha, place, each.time_s, each.subject) for place, each in enumerate(past.commits)),
    )
    # A shallow clone shows its oldest commit as if it had made everything; a deeper one knows better.
    changed = [each for each in past.commits if each.versions]
    database.write("DELETE FROM versions WHERE sha = ?", ((each.sha,) for each in changed))
    database.write(
        "INSERT INTO versions VALUES (?, ?, ?)",
        ((each.sha, version.path, version.content) for each in changed for version in _files(each.versions)),
    )
    known = {name for (name,) in database.rows("SELECT content FROM contents")}
    wanted = [version.content for each in changed for version in _files(each.versions) if version.content]
    new = [name for name in dict.fromkeys(wanted) if name not in known]
    for name, content in contents_of(past.repository, new):
        # What a partial clone lacks now it may have the next time.
        if content is not None:
            _write(database, name, _read(content))
    return len(new)


def _files(versions: tuple[Version, ...]) -> Iterator[Version]:
    """Those that are baselines by their place and name."""
    for version in versions:
        path = PurePosixPath(version.path)
        if len(path.parts) == 2 and path.suffix == ".json" and not path.name.startswith("."):
            yield version


def _write(database: Database, name: str, read: _Content) -> None:
    database.write(
        "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?)",
        [(name, read.clip_set, read.model, read.weights, read.is_timing, read.fault)],
    )
    database.write("INSERT INTO stored VALUES (?, ?, ?, ?, ?, ?)", ((name, *row) for row in read.rows))


def _read(content: bytes) -> _Content:
    try:
        document = json_object(parse_json(content), "a baseline")
        if document.get("schema") != SCHEMA or isinstance(document["schema"], bool):
            return _Content(fault=f"its schema is {str(document.get('schema'))[:60]}, expected {SCHEMA}")
        return _timing(document) if "machine" in document or "clips" not in document else _stored(document)
    except Malformed as error:
        return _Content(fault=str(error))


def _stored(document: Mapping[str, Any]) -> _Content:
    clip_set, model, weights = (text(document, name) for name in ("clip_set", "model", "weights"))
    rows = tuple(
        (variant, metric, -1, float(value), None)
        for variant, entry in stored_entries(document).items()
        for metric, value in entry.numbers.items()
        if metric in METRICS
    )
    return _Content(rows, clip_set, model, weights)


def _timing(document: Mapping[str, Any]) -> _Content:
    rows = tuple(
        (variant, *row) for variant, entry in timing_entries(document).items() for row in _of_timing(entry)
    )
    return _Content(rows, is_timing=True)


def _of_timing(entry: StoredTiming) -> Iterator[tuple[str, int, float, float | None]]:
    for metric, value in entry.numbers.items():
        yield metric, -1, float(value), None
    recorded = {"latency_ratio": entry, "start_ratio": entry.start}
    recorded |= {f"{part}_ratio": pairs for part, pairs in entry.answers.items()}
    for metric, runs in recorded.items():
        # Runs of before the reference's time was stored have none, and lie first.
        references = [*[None] * (len(runs.runs) - len(runs.references)), *runs.references]
        for run, (value, reference) in enumerate(zip(runs.runs, references, strict=False)):
            yield metric, run, value, reference
    for run, value in enumerate(entry.p90s):
        yield "latency_p90_ratio", run, value, None
