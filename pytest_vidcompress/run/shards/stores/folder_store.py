"""A store in a folder, which any number of processes and machines may share."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .store import Entry, Store, unreadable, unwritable

_PARTS = "parts"
"""Folder of what is being written."""
_CHUNK = 1 << 16
"""Bytes that are read at once, more than most results have."""
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
_FORGOTTEN_S = 86400.0
"""Age at which the writer of a part must have been killed."""


class FolderStore:
    """Files under a folder; a part becomes a file by a link, which fails where there is one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place = str(folder)
        self._swept = False

    @property
    def place(self) -> str:
        return self._place

    def write(self, name: str, content: bytes) -> None:
        self._put(name, content, _link)

    def copy(self, name: str, content: bytes, origin: Store) -> None:
        if isinstance(origin, FolderStore):
            # Files are never changed, so that two stores may have one.
            for _ in range(2):
                try:
                    os.link(f"{origin.place}/{name}", f"{self._place}/{name}")
                    return
                except FileExistsError:
                    return
                except FileNotFoundError:
                    self._make_folder(name)
                except OSError:
                    break  # another disk, or one without links
        self.write(name, content)

    def replace(self, name: str, content: bytes) -> None:
        self._put(name, content, os.replace)

    def read(self, name: str) -> bytes | None:
        try:
            file = os.open(f"{self._place}/{name}", _READ)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(self.place, error) from error
        try:
            return _all_of(file)
        except OSError as error:
            raise unreadable(self.place, error) from error
        finally:
            os.close(file)

    def read_many(self, names: Sequence[str]) -> Iterator[bytes | None]:
        return map(self.read, names)

    def has(self, name: str) -> bool:
        return (self._folder / name).exists()

    def entries(self, folder: str) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        try:
            with os.scandir(self._folder / folder) as files:
                for file in files:
                    if file.is_file():
                        status = file.stat()
                        found[file.name] = Entry(status.st_size, status.st_mtime)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise unreadable(self.place, error) from error
        return found

    def folders(self, folder: str) -> Iterator[tuple[str, Sequence[str]]]:
        for name in sorted(self._inside(folder, os.DirEntry[str].is_dir)):
            yield name, self._inside(f"{folder}/{name}", os.DirEntry[str].is_file)

    def remove(self, name: str) -> None:
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.place, error) from error

    def _inside(self, folder: str, wanted: Callable[[os.DirEntry[str]], bool]) -> list[str]:
        try:
            with os.scandir(f"{self._place}/{folder}") as inside:
                return [each.name for each in inside if wanted(each)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise unreadable(self.place, error) from error

    def _put(self, name: str, content: bytes, become: Callable[[str, str], object]) -> None:
        part = f"{self._place}/{_PARTS}/{secrets.token_hex(8)}"
        try:
            self._sweep()
            # Folders are there nearly always.
            for again in (True, False):
                try:
                    _write(part, content)
                    become(part, f"{self._place}/{name}")
                    return
                except FileNotFoundError:
                    if not again:
                        raise
                    self._make_folder(f"{_PARTS}/part")
                    self._make_folder(name)
        except OSError as error:
            raise unwritable(self.place, error) from error
        finally:
            with suppress(OSError):
                os.unlink(part)  # noqa: PTH108 (a million)

    def _make_folder(self, name: str) -> None:
        """The one that a file goes to."""
        try:
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.place, error) from error

    def _sweep(self) -> None:
        """Removes what killed writers left, once."""
        if self._swept:
            return
        self._swept = True
        with suppress(OSError):
            for part in (self._folder / _PARTS).iterdir():
                if part.stat().st_mtime < time.time() - _FORGOTTEN_S:
                    part.unlink(missing_ok=True)


def _link(part: str, file: str) -> None:
    try:
        os.link(part, file)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise
    except OSError:
        # Not every file system has links; there the second of two writers wins, with the same content.
        os.replace(part, file)  # noqa: PTH105 (a million)


def _write(path: str, content: bytes) -> None:
    file = os.open(path, _WRITE, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)


def _all_of(file: int) -> bytes:
    parts: list[bytes] = []
    while part := os.read(file, _CHUNK):
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
