"""A store behind a URL, by fsspec: object stores put a file there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from ....errors import VidcompressError, first_line
from .store import Entry, Store, unreadable, unwritable

_AT_ONCE = 16
"""Requests that wait for their answers side by side."""


class RemoteStore:
    """Files under a URL such as `s3://bucket/results`.

    Raises:
        VidcompressError: fsspec, or what it needs for this kind of URL, is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            import fsspec  # pyright: ignore[reportMissingTypeStubs]

            system, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            raise VidcompressError(
                f"the store {url} cannot be reached ({first_line(error)}): pip install 'pytest-vidcompress[remote]',"
                " and the package of fsspec for this kind of URL"
            ) from None
        except ValueError as error:
            raise VidcompressError(
                f"the store {url} cannot be reached ({first_line(error)}): expected a folder, or a URL that fsspec"
                " knows"
            ) from None
        self._url = url
        self._system: Any = system
        self._root = str(root).rstrip("/")

    @property
    def place(self) -> str:
        return self._url

    def write(self, name: str, content: bytes) -> None:
        if not self.has(name):
            self.replace(name, content)

    def copy(self, name: str, content: bytes, origin: Store) -> None:
        self.write(name, content)

    def replace(self, name: str, content: bytes) -> None:
        try:
            self._system.pipe_file(self._path(name), content)
        except Exception as error:
            raise unwritable(self._url, error) from error

    def read(self, name: str) -> bytes | None:
        try:
            return bytes(self._system.cat_file(self._path(name)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except Exception as error:
            raise unreadable(self._url, error) from error

    def read_many(self, names: Sequence[str]) -> Iterator[bytes | None]:
        with ThreadPoolExecutor(_AT_ONCE) as requests:
            yield from requests.map(self.read, names)

    def has(self, name: str) -> bool:
        try:
            return bool(self._system.exists(self._path(name)))
        except Exception as error:
            raise unreadable(self._url, error) from error

    def entries(self, folder: str) -> Mapping[str, Entry]:
        return {
            str(about["name"]).rpartition("/")[2]: Entry(int(about.get("size") or 0), _written_s(about))
            for about in self._listed(folder)
            if about["type"] == "file"
        }

    def folders(self, folder: str) -> Iterator[tuple[str, Sequence[str]]]:
        inside = (str(each["name"]) for each in self._listed(folder) if each["type"] == "directory")
        names = sorted(each.rstrip("/").rpartition("/")[2] for each in inside)
        with ThreadPoolExecutor(_AT_ONCE) as requests:
            listed = requests.map(lambda name: [*self.entries(f"{folder}/{name}")], names)
            yield from zip(names, listed, strict=True)

    def remove(self, name: str) -> None:
        try:
            self._system.rm_file(self._path(name))
        except FileNotFoundError:
            return
        except Exception as error:
            raise unwritable(self._url, error) from error

    def _listed(self, folder: str) -> Sequence[Mapping[str, Any]]:
        """What is in a folder itself: one request for a thousand of them."""
        try:
            self._system.invalidate_cache()
            return self._system.ls(self._path(folder), detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except Exception as error:
            raise unreadable(self._url, error) from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def _written_s(about: Mapping[str, Any]) -> float:
    """Whatever this kind of store calls it."""
    for name in ("LastModified", "mtime", "updated", "created", "last_modified"):
        value = about.get(name)
        if isinstance(value, datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return 0.0
