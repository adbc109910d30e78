"""Rows of numbers on disk, appended one by one by any number of processes; a kill costs the last one at most.

    journal = Journal(path, key, width)
    with journal.locked():
        journal.refresh()
        journal.rows.get(name)
        journal.append(name, run, row)

A file of records of one length: name, run, numbers, checksum. The checksum is keyed, so that a file under another
name holds nothing. Reading ends at the first record that is not whole, and the next one is written there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ...errors import VidcompressError
from ...processes.file_lock import locked

NAME, RUN = 32, 8
"""Bytes of what a row is found by, and of who wrote it."""
_CHECK = 16
_PATIENCE_S = 120.0
"""Longest wait for another process, which computes one row meanwhile."""


class Journal:
    """One file.

    Args:
        path: it, and a lock beside it; made with the folder when first needed.
        key: what all rows have in common; 32 bytes.
        width: bytes of a row.
    """

    def __init__(self, path: Path, key: bytes, width: int) -> None:
        self.path = path
        self.rows: dict[bytes, tuple[bytes, bytes]] = {}
        """Name -> run and row, of all that were read or written."""
        self._key = key
        self._record = NAME + RUN + width + _CHECK
        self._sound = 0

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keeps others from reading and writing.

        Raises:
            OSError: the folder cannot be written, something else lies where the lock should, or another process
                held it for too long.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            try:
                # One for every few journals, because it stays.
                lock = self.path.with_name(f"{self.path.stem[:2]}.lock")
                stack.enter_context(locked(lock, "a journal of predictions", _PATIENCE_S))
            except VidcompressError as error:
                raise OSError(str(error)) from error
            yield

    def refresh(self) -> None:
        """Reads what was appended since; all of it where the file is shorter now."""
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < self._sound:
                    self._sound = 0
                file.seek(self._sound)
                added = file.read()
        except FileNotFoundError:
            self._sound, added = 0, b""
        for start in range(0, len(added) - self._record + 1, self._record):
            record = added[start : start + self._record]
            body, check = record[:-_CHECK], record[-_CHECK:]
            if self._checksum(body) != check:
                break
            self.rows[body[:NAME]] = (body[NAME : NAME + RUN], body[NAME + RUN :])
            self._sound += self._record

    def append(self, name: bytes, run: bytes, row: bytes) -> None:
        """Writes a row behind the last one that is whole; `refresh` first."""
        body = name + run + row
        record = body + self._checksum(body)
        assert len(record) == self._record
        with self.path.open("ab", buffering=0) as file:
            if file.tell() != self._sound:
                file.truncate(self._sound)
            written = file.write(record)
        self.rows[name] = (run, row)
        if written == len(record):
            self._sound += written

    def forget_all_but(self, run: bytes) -> None:
        """Leaves only the rows of one run; `refresh` first."""
        kept = {name: entry for name, entry in self.rows.items() if entry[0] == run}
        if len(kept) < len(self.rows):
            self.rows.clear()
            self._sound = 0
            with suppress(FileNotFoundError):
                os.truncate(self.path, 0)
            for name, (_, row) in kept.items():
                self.append(name, run, row)

    def _checksum(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._key, digest_size=_CHECK).digest()


def prune(folder: Path, oldest_s: float, most_bytes: int) -> None:
    """Removes the journals that were last used before `oldest_s`, and the oldest ones beyond so many bytes."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.glob("*.rows"):
        with suppress(FileNotFoundError):
            known = path.stat()
            found.append((known.st_mtime, known.st_size, path))
    total = 0
    for used_s, size, path in sorted(found, reverse=True):
        total += size
        if used_s < oldest_s or total > most_bytes:
            path.unlink(missing_ok=True)
