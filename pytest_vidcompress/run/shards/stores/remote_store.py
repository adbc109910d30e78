"""A store behind a URL, by fsspec: object stores put a file there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ....errors import VidcompressError, first_line
from .store import Entry, unreadable, unwritable


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

    def has(self, name: str) -> bool:
        try:
            return bool(self._system.exists(self._path(name)))
        except Exception as error:
            raise unreadable(self._url, error) from error

    def entries(self, folder: str) -> Mapping[str, Entry]:
        path = self._path(folder)
        # What is directly in it: of a store that knows no folders, nothing is deeper.
        return {name.rpartition("/")[2]: entry for name, entry in self._found(path)}

    def folders(self, folder: str) -> Iterator[tuple[str, Mapping[str, Entry]]]:
        inside: dict[str, dict[str, Entry]] = {}
        for name, entry in self._found(self._path(folder)):
            own, _, last = name.rpartition("/")
            inside.setdefault(own, {})[last] = entry
        yield from sorted(inside.items())

    def remove(self, name: str) -> None:
        try:
            self._system.rm_file(self._path(name))
        except FileNotFoundError:
            return
        except Exception as error:
            raise unwritable(self._url, error) from error

    def _found(self, path: str) -> Iterator[tuple[str, Entry]]:
        """Every file below a path, by its name from there; one request for a thousand of them."""
        try:
            self._system.invalidate_cache()
            found: Mapping[str, Any] = self._system.find(path, detail=True)
        except FileNotFoundError:
            return
        except Exception as error:
            raise unreadable(self._url, error) from error
        for name, about in found.items():
            yield name.removeprefix(path).strip("/"), Entry(int(about.get("size") or 0), _written_s(about))

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
