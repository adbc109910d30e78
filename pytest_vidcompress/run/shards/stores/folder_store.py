"""A store in a folder, which any number of processes and machines may share."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from .store import Entry, unreadable, unwritable

_PARTS = "parts"
"""Folder of what is being written."""
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

    def replace(self, name: str, content: bytes) -> None:
        self._put(name, content, Path.replace)

    def read(self, name: str) -> bytes | None:
        try:
            with open(f"{self._place}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 (a million)
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unreadable(self.place, error) from error

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

    def folders(self, folder: str) -> Iterator[tuple[str, Mapping[str, Entry]]]:
        try:
            with os.scandir(self._folder / folder) as inside:
                names = sorted(each.name for each in inside if each.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise unreadable(self.place, error) from error
        for name in names:
            yield name, self.entries(f"{folder}/{name}")

    def remove(self, name: str) -> None:
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.place, error) from error

    def _put(self, name: str, content: bytes, become: Callable[[Path, Path], object]) -> None:
        part, file = self._folder / _PARTS / secrets.token_hex(8), self._folder / name
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            self._sweep()
            part.write_bytes(content)
            file.parent.mkdir(parents=True, exist_ok=True)
            become(part, file)
        except OSError as error:
            raise unwritable(self.place, error) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Removes what killed writers left, once."""
        if self._swept:
            return
        self._swept = True
        with suppress(OSError):
            for part in (self._folder / _PARTS).iterdir():
                if part.stat().st_mtime < time.time() - _FORGOTTEN_S:
                    part.unlink(missing_ok=True)


def _link(part: Path, file: Path) -> None:
    try:
        os.link(part, file)
    except FileExistsError:
        return
    except OSError:
        # Not every file system has links; there the second of two writers wins, with the same content.
        part.replace(file)
