"""The database -> series, and what was left out of them."""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from statistics import fmean
from typing import Any

from ...gate.history.series import Key, Observation, Series
from ...gate.history.stored_versions import StoredVersion, stored_series
from ...gate.metrics import METRICS
from ...other_commit.past_files import Past, past_of, place_of
from ..cache_folder import cache_folder
from .database import Database, opened
from .read_commits import read_commits
from .read_runs import read_runs

_VERSIONS = """
SELECT commits.place, versions.path, contents.rowid, is_timing, clip_set, model, weights
FROM commits JOIN versions USING (sha) JOIN contents USING (content)
WHERE commits.place IS NOT NULL AND fault = ''
ORDER BY commits.place, versions.path
"""
_NUMBERS = "SELECT numbers FROM contents WHERE rowid = ?"
_MAIN = """
SELECT DISTINCT versions.path, contents.clip_set, contents.model, contents.weights
FROM versions JOIN commits USING (sha) JOIN contents USING (content)
WHERE commits.place IS NOT NULL AND contents.is_timing = 0 AND contents.fault = ''
"""
_MEASURED = """
SELECT commits.place, measured.clip_set, model, weights, variant, machine, clips, metric, value, limit_value
FROM measured JOIN runs USING (digest) JOIN commits USING (sha)
WHERE commits.place IS NOT NULL
ORDER BY commits.place, runs.began, digest, entry
"""
_FAULTS = """
SELECT substr(sha, 1, 8) || ' ' || path, fault FROM versions JOIN commits USING (sha) JOIN contents USING (content)
WHERE place IS NOT NULL AND fault != ''
UNION ALL
SELECT substr(sha, 1, 8) || ' ' || path, 'its content is not in this clone, or too long'
FROM versions JOIN commits USING (sha) LEFT JOIN contents USING (content)
WHERE place IS NOT NULL AND versions.content != '' AND contents.content IS NULL
UNION ALL SELECT path, fault FROM runs WHERE fault != ''
UNION ALL SELECT path, 'it does not say its commit, and its name says none: give it one such as run-3f2a91c.json'
FROM runs WHERE fault = '' AND sha = ''
UNION ALL SELECT path, 'its commit ' || substr(sha, 1, 8) || ' is not on this line of commits'
FROM runs WHERE fault = '' AND sha != '' AND sha NOT IN (SELECT sha FROM commits WHERE place IS NOT NULL)
"""
_COUNTED = "SELECT digest FROM runs JOIN commits USING (sha) WHERE place IS NOT NULL AND fault = ''"


@dataclass(frozen=True)
class Commit:
    """What is shown of one."""

    sha: str
    time_s: int
    subject: str


@dataclass(frozen=True)
class Fault:
    """What was left out, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class History:
    """Everything that is known of a line of commits."""

    commits: Sequence[Commit]
    """By place."""
    series: Sequence[Series]
    faults: Sequence[Fault]
    is_shallow: bool
    new: int
    """Contents and run files that were read now, and not before."""
    runs: int
    """Run files that count."""
    anchor: int | None = None
    """Place of the commit that was named as the anchor."""


def history_of(
    baselines: Path, runs: Sequence[Path], database: Path | None = None, anchor: str = ""
) -> History:
    """Reads what is new into the database, and everything out of it.

    Args:
        baselines: their folder in a working tree.
        runs: folders of run files.
        database: its file; one in the cache folder unless given.
        anchor: names a commit.

    Raises:
        VidcompressError: there is no history of these, or no database can be had there.
    """
    past = past_of(baselines)
    place = place_of(past, anchor, "--anchor") if anchor else None
    with opened(database or _usual(past, baselines)) as tables:
        new = read_commits(tables, past)
        new += read_runs(tables, runs, [each.sha for each in past.commits])
        return History(
            [Commit(each.sha, each.time_s, each.subject) for each in past.commits],
            [*stored_series(_versions(tables)), *_run_series(tables)],
            [Fault(what, why) for what, why in tables.rows(_FAULTS)],
            past.is_shallow,
            new,
            len(tables.rows(_COUNTED)),
            place,
        )


def _usual(past: Past, baselines: Path) -> Path:
    """One of each repository and folder of baselines."""
    name = hashlib.sha256(f"{past.repository}\n{baselines.resolve()}".encode(errors="replace")).hexdigest()
    return cache_folder(None) / "history" / f"{name[:16]}.sqlite"


def _versions(tables: Database) -> Iterator[StoredVersion]:
    """Of every variant those that differ from the one before."""
    owners = _owners(tables.rows(_MAIN))
    last: dict[tuple[str, ...], dict[str, Any]] = {}
    for place, path, content, is_timing, *named in tables.rows(_VERSIONS):
        owner = _owner(path, owners) if is_timing else (*named, "")
        ((numbers,),) = tables.rows(_NUMBERS, [content])
        for variant, found in json.loads(numbers).items():
            before = last.get((*owner, variant), {})
            if found == before:
                continue
            last[(*owner, variant)] = {**before, **found}
            clip_set, model, weights, machine = owner
            for metric, said in found.items():
                if said != before.get(metric):
                    values, references = said if isinstance(said, list) else ([said], [None])
                    key = Key(clip_set, model, weights, variant, metric, machine)
                    yield StoredVersion(place, key, tuple(values), tuple(references))


Owner = tuple[str, str, str]
"""Clip set, model and weights."""


def _owners(rows: Iterable[tuple[str, str, str, str]]) -> dict[str, Owner]:
    """By the path of the file beside the clips, without its suffix."""
    return {path.removesuffix(".json"): (clip_set, model, weights) for path, clip_set, model, weights in rows}


def _owner(path: str, owners: dict[str, Owner]) -> tuple[str, str, str, str]:
    """Of the file of a machine class, and which class. A model's name may have dots: the longest that fits is it."""
    stem = path.removesuffix(".json")
    fitting = [name for name in owners if stem.startswith(f"{name}.")]
    if fitting:
        name = max(fitting, key=len)
        return *owners[name], stem[len(name) + 1 :]
    model, _, machine = PurePosixPath(stem).name.partition(".")
    return PurePosixPath(path).parent.name, model, "trained", machine


def _run_series(tables: Database) -> Iterator[Series]:
    """Of run files: what depends on how many clips counted is never mixed with what other numbers of clips say."""
    found: dict[Key, dict[int, list[tuple[float, float | None]]]] = defaultdict(lambda: defaultdict(list))
    for place, clip_set, model, weights, variant, machine, clips, metric, value, limit in tables.rows(
        _MEASURED
    ):
        kind = METRICS[metric].kind if metric in METRICS else ""
        if not kind or (kind == "machine" and not machine):
            continue
        source = f"runs of {clips} clips" if kind == "accuracy" else "runs"
        key = Key(clip_set, model, weights, variant, metric, machine if kind == "machine" else "", source)
        found[key][place].append((value, limit))
    for key, places in found.items():
        yield Series(key, [_observation(key, place, pairs) for place, pairs in places.items()])


def _observation(key: Key, place: int, pairs: Sequence[tuple[float, float | None]]) -> Observation:
    """Several runs of a commit are one: what they share is not chance of the code."""
    values, limits = [value for value, _ in pairs], [limit for _, limit in pairs if limit is not None]
    if not key.is_noisy:
        return Observation(place, values[-1], limits[-1] if limits else None)
    positive = all(value > 0 for value in values)
    mean = math.exp(fmean(map(math.log, values))) if positive else fmean(values)
    return Observation(place, mean, max(limits) if limits else None)
