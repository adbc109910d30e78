"""The file of an index: SQLite, so that what is written is there whole or not at all, whenever the process dies.

Videos are known by their content, files by their path below the folder. A window is in it once, whatever the number
of files with that content.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import VidcompressError
from ..vector_formats import FORMATS, stacked
from .made_by import MadeBy
from .rows import Gallery, IndexedFile, Row, Seal, StoredWindow, seal_of

APPLICATION = 0x56494458
"""`PRAGMA application_id`: VIDX."""
VERSION = 2
NAME = ".vidcompress-index"
"""Of the file, in the folder that it is of, where no other is named."""
_PATIENCE_S = 30.0
_COMMIT_S = 0.5
"""Work that a killed process loses at most, besides the video that it was at."""
_TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE videos (digest TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE files (path BLOB PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL,"
    " changed_ns INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX by_digest ON files (digest)",
    "CREATE TABLE windows (digest TEXT NOT NULL, place INTEGER NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,"
    " length REAL NOT NULL, vector BLOB NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY (digest, place))",
)
_WINDOWS = "SELECT digest, place, start_s, end_s, vector, length, seal FROM windows"


class Index:
    """An open one.

    Args:
        path: for messages.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self._path = connection, path
        self._committed_s = time.monotonic()

    @property
    def made_by(self) -> MadeBy:
        try:
            return MadeBy.from_json(json.loads(self._about("made_by")))
        except (ValueError, TypeError, KeyError):
            raise damaged(self._path, "it does not say what made it") from None

    @property
    def folder(self) -> Path:
        """That it is of, where it was when it was indexed."""
        return Path(os.fsdecode(bytes.fromhex(self._about("folder"))))

    def describe(self, made_by: MadeBy, folder: Path) -> None:
        """Says what makes it; of one that says so already, where its folder is now."""
        values = {
            "made_by": json.dumps(made_by.as_json()),
            "folder": os.fsencode(folder.absolute()).hex(),
        }
        self._connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", values.items())

    @property
    def is_new(self) -> bool:
        return not self._rows("SELECT 1 FROM about WHERE name = 'made_by'")

    def file(self, path: str) -> IndexedFile | None:
        found = self._rows("SELECT digest, size, changed_ns FROM files WHERE path = ?", os.fsencode(path))
        return IndexedFile(*found[0]) if found else None

    def reason(self, digest: str) -> str | None:
        """Why a content has no windows, empty where it has; None of one that is not known."""
        found = self._rows("SELECT reason FROM videos WHERE digest = ?", digest)
        return found[0][0] if found else None

    def contents(self) -> set[str]:
        """Digests of all that have windows, or a reason why they have none."""
        return {digest for (digest,) in self._rows("SELECT digest FROM videos")}

    def add_file(self, path: str, file: IndexedFile) -> None:
        values = (os.fsencode(path), file.digest, file.size, file.changed_ns)
        self._connection.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", values)

    def add_video(self, digest: str, windows: Sequence[StoredWindow], reason: str = "") -> None:
        """All windows of a content, or why it has none. What another process added meanwhile stays."""
        added = self._connection.execute("INSERT OR IGNORE INTO videos VALUES (?, ?)", (digest, reason))
        if added.rowcount:
            rows = (
                (
                    digest,
                    place,
                    each.start_s,
                    each.end_s,
                    each.length,
                    each.vector,
                    seal_of(digest, place, each),
                )
                for place, each in enumerate(windows)
            )
            self._connection.executemany("INSERT INTO windows VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def keep_files(self, paths: Iterable[str]) -> int:
        """Forgets all other files, and contents that no file has any more; returns how many files."""
        seen = {os.fsencode(path) for path in paths}
        gone = [row for row in self._rows("SELECT path FROM files") if row[0] not in seen]
        self._connection.executemany("DELETE FROM files WHERE path = ?", gone)
        for table in ("windows", "videos"):
            self._connection.execute(f"DELETE FROM {table} WHERE digest NOT IN (SELECT digest FROM files)")
        return len(gone)

    def commit(self, due: bool = True) -> None:
        """What was added is there from now on.

        Args:
            due: also where the last time is a moment ago.
        """
        if due or time.monotonic() - self._committed_s > _COMMIT_S:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN IMMEDIATE")
            self._committed_s = time.monotonic()

    def count(self) -> tuple[int, int]:
        """Files that have windows, and windows."""
        files = "SELECT COUNT(*) FROM files JOIN videos USING (digest) WHERE reason = ''"
        return self._rows(files)[0][0], self._rows("SELECT COUNT(*) FROM windows")[0][0]

    def gallery(self, seals: Iterable[Seal] | None = None) -> Gallery:
        """All of it, in the order of contents; or of some windows those that are still there.

        Raises:
            VidcompressError: a row is not as it was written.
        """
        made_by = self.made_by
        if made_by.stored not in FORMATS:
            raise damaged(self._path, f"its vectors are stored as {made_by.stored!r}")
        rows = self.rows(seals)
        files = dict[str, list[str]]()
        for path, digest in self._paths(None if seals is None else {row[0] for row in rows}):
            files.setdefault(digest, []).append(os.fsdecode(path))
        try:
            vectors = stacked([row[4] for row in rows], made_by.stored, made_by.width)
        except ValueError as error:
            raise damaged(self._path, str(error)) from None
        lengths = np.array([row[5] for row in rows], np.float64)
        return Gallery(vectors, lengths, [(row[0], row[2], row[3]) for row in rows], {**files})

    def seals(self) -> Sequence[Seal]:
        """Of all windows: what tells one from every other, and from one with another vector in its place."""
        return self._rows("SELECT digest, place, seal FROM windows")

    def rows(self, seals: Iterable[Seal] | None = None) -> list[Row]:
        """All windows in the order of contents; or those of some seals, without what is not there any more.

        Raises:
            VidcompressError: one is not as it was written.
        """
        if seals is None:
            rows = self._rows(f"{_WINDOWS} ORDER BY digest, place")
        else:
            one = f"{_WINDOWS} WHERE digest = ? AND place = ? AND seal = ?"
            rows = [row for seal in seals for row in self._rows(one, *seal)]
        for digest, place, *window, seal in rows:
            if seal_of(digest, place, StoredWindow(*window)) != seal:
                raise damaged(self._path, "a vector is not as it was written")
        return rows

    def _paths(self, digests: Iterable[str] | None) -> list[tuple[bytes, str]]:
        if digests is None:
            return self._rows("SELECT path, digest FROM files ORDER BY path")
        one = "SELECT path, digest FROM files WHERE digest = ? ORDER BY path"
        return [row for digest in digests for row in self._rows(one, digest)]

    def _about(self, name: str) -> str:
        return self._rows("SELECT value FROM about WHERE name = ?", name)[0][0]

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, values).fetchall()


def damaged(path: Path, why: object) -> VidcompressError:
    return VidcompressError(
        f"index {str(path)!r} is damaged ({why}): delete it and index the folder again, the videos are all it needs"
    )


@contextmanager
def opened(path: Path, to_write: bool = False) -> Generator[Index]:
    """The index in a file.

    Args:
        to_write: makes it where there is none. What is added and committed is there, whatever ends this.

    Raises:
        VidcompressError: there is none, it is none of ours or damaged, or it cannot be written.
    """
    if not to_write and not path.is_file():
        raise VidcompressError(f"there is no index at {str(path)!r}: make one with vidcompress index FOLDER")
    try:
        connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            _check(connection, path, to_write)
            yield Index(connection, path)
            if to_write:
                connection.execute("COMMIT")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _in_words(path, error) from error
    except OverflowError as error:
        raise damaged(path, error) from error


def _check(connection: sqlite3.Connection, path: Path, to_write: bool) -> None:
    if to_write:
        connection.execute("BEGIN IMMEDIATE")
    ((application,), (version,)) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    is_empty = not connection.execute("SELECT 1 FROM sqlite_master").fetchall()
    if is_empty and to_write:
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        return
    if is_empty or application != APPLICATION:
        raise VidcompressError(f"{str(path)!r} is no index of videos: name another file")
    if version != VERSION:
        raise VidcompressError(
            f"index {str(path)!r} is of version {version}, and this package knows {VERSION}: index the folder again,"
            " into another file"
        )
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise damaged(path, said.splitlines()[-1])


def _in_words(path: Path, error: sqlite3.Error) -> VidcompressError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return VidcompressError(
            f"index {str(path)!r} cannot grow, the disk is full: make room and run the same again, what was indexed"
            " is kept"
        )
    if code == sqlite3.SQLITE_NOTADB:
        return VidcompressError(f"{str(path)!r} is no index of videos, or damaged: name another file")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return VidcompressError(f"index {str(path)!r} is being written by another process: wait for that")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
        return damaged(path, error)
    return VidcompressError(
        f"index {str(path)!r} cannot be used ({error}): name another file with --index, on a disk that can be written"
    )
