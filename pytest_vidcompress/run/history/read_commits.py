"""Committed baselines -> the database. What was read before is not read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ...gate.baseline.files import SCHEMA
from ...gate.baseline.json_shape import stored_numbers_of, timing_entries
from ...gate.baseline.stored import StoredTiming
from ...gate.metrics import METRICS
from ...other_commit.past_files import Past, Version, contents_of
from ...untrusted import Malformed, json_object, parse_json, text
from .database import Database

Runs = tuple[Sequence[float], Sequence[float | None]]
"""Ratios of the recorded runs, and seconds of the reference in each."""
Numbers = Mapping[str, Mapping[str, "float | Runs"]]
"""By variant and metric."""


@dataclass(frozen=True)
class _Content:
    numbers: Numbers = field(default_factory=dict[str, Mapping[str, "float | Runs"]])
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
    numbers = json.dumps(read.numbers, separators=(",", ":"))
    database.write(
        "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(name, read.clip_set, read.model, read.weights, read.is_timing, numbers, read.fault)],
    )


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
    return _Content(_known(stored_numbers_of(document)), clip_set, model, weights)


def _timing(document: Mapping[str, Any]) -> _Content:
    entries = timing_entries(document)
    single = _known({variant: entry.numbers for variant, entry in entries.items()})
    return _Content(
        {variant: {**single[variant], **_recorded(entry)} for variant, entry in entries.items()},
        is_timing=True,
    )


def _known(numbers: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Of metrics, and not of their parts."""
    return {
        variant: {metric: float(value) for metric, value in own.items() if metric in METRICS}
        for variant, own in numbers.items()
    }


def _recorded(entry: StoredTiming) -> dict[str, Runs]:
    """Of ratios, as far as runs were recorded."""
    by_metric = {"latency_ratio": entry, "start_ratio": entry.start}
    by_metric |= {f"{part}_ratio": pairs for part, pairs in entry.answers.items()}
    found: dict[str, Runs] = {
        metric: (each.runs, _references(each.runs, each.references)) for metric, each in by_metric.items()
    }
    found["latency_p90_ratio"] = entry.p90s, _references(entry.p90s, ())
    return {metric: runs for metric, runs in found.items() if runs[0]}


def _references(runs: Sequence[float], known: Sequence[float]) -> list[float | None]:
    """One a run: those of before the reference's time was stored have none, and lie first."""
    return [*[None] * (len(runs) - len(known)), *known][: len(runs)]
