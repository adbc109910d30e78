"""The database of a history: what was read of commits and of run files, so that it is read once.

SQLite, as Python brings it: some thousand rows, written once, a few commits at a time, all or nothing, and read in
one order. What DuckDB is made for, scans of far more, is not asked here, and it would be a dependency. The numbers of
a file are one text of JSON in its row: as rows of their own they were hundreds of thousands, and took long.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import VidcompressError

VERSION = 2
"""Of the tables. A database of another version is read anew: everything in it can be read again."""
_PATIENCE_S = 30.0
"""For another run that is reading into it."""
_TABLES = """
CREATE TABLE commits (
    sha TEXT PRIMARY KEY,
    place INTEGER,          -- on the line of commits, from 0, NULL of what no longer leads to what is checked out
    time_s INTEGER NOT NULL,
    subject TEXT NOT NULL
);
CREATE TABLE versions (     -- a baseline file as a commit left it, content is empty where it was removed
    sha TEXT NOT NULL, path TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (sha, path)
) WITHOUT ROWID;
CREATE TABLE contents (     -- read already, fault says why nothing of it counts
    content TEXT PRIMARY KEY,
    clip_set TEXT NOT NULL, model TEXT NOT NULL, weights TEXT NOT NULL,
    is_timing INTEGER NOT NULL,
    numbers TEXT NOT NULL,  -- JSON: variant -> metric -> a number, or [ratios, reference_s] of its recorded runs
    fault TEXT NOT NULL
);
CREATE TABLE runs (         -- run files by their content, the last path it was seen at
    digest TEXT PRIMARY KEY,
    path TEXT NOT NULL, sha TEXT NOT NULL, began TEXT NOT NULL, fault TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE measured (
    digest TEXT NOT NULL, entry INTEGER NOT NULL,
    clip_set TEXT NOT NULL, model TEXT NOT NULL, weights TEXT NOT NULL, variant TEXT NOT NULL,
    machine TEXT NOT NULL, clips INTEGER NOT NULL,
    metric TEXT NOT NULL, value REAL NOT NULL, limit_value REAL,
    PRIMARY KEY (digest, entry, metric)
) WITHOUT ROWID;
"""


class Database:
    """An open one. Everything that is written by one `with` is there, or nothing of it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, values).fetchall()

    def write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._connection.executemany(statement, rows)


@contextmanager
def opened(path: Path) -> Generator[Database]:
    """The database in a file, made or made anew where it is of another version.

    Raises:
        VidcompressError: it cannot be written, is none of ours, or another run has been reading for too long.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            _prepare(connection, path)
            yield Database(connection, path)
            connection.execute("COMMIT")
        finally:
            connection.close()
    except OSError as error:
        raise VidcompressError(f"{path} cannot be written ({error.strerror}): {_ELSEWHERE}") from error
    except sqlite3.Error as error:
        raise VidcompressError(f"{path} cannot be used as a database ({error}): {_ELSEWHERE}") from error


_ELSEWHERE = "name another file with --database=FILE, or delete it: all of it is read again"


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    if version == VERSION:
        return
    if names and version == 0:
        raise VidcompressError(f"{path} is a database of something else: {_ELSEWHERE.partition(',')[0]}")
    for name in names:
        connection.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
