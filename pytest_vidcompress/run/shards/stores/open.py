"""The store at a place, by what the place looks like."""

from __future__ import annotations

from pathlib import Path

from ....errors import VidcompressError
from .store import Store

MARK = "vidcompress-store.json"
"""Lies in every store, and says how it is laid out."""
_MARK = b'{"format": 1}\n'


def open_store(place: str) -> Store:
    """The store at a place, a folder or any URL of fsspec's; made by the first who writes.

    Raises:
        VidcompressError: what the URL needs is not installed, or it is of another layout.
    """
    if "://" in place or "::" in place:
        from .remote_store import RemoteStore

        store: Store = RemoteStore(place)
    else:
        from .folder_store import FolderStore

        store = FolderStore(Path(place))
    mark = store.read(MARK)
    if mark not in (None, _MARK):
        raise VidcompressError(
            f"{place} is a store of another layout than this version's: use the version that wrote it, or a new store"
        )
    return store


def begin(store: Store) -> None:
    """Marks a store as one before the first result goes there; refuses, at the start, one that cannot be written."""
    if store.read(MARK) is None:
        store.write(MARK, _MARK)


def existing_store(place: str) -> Store:
    """Likewise, of one that must be there.

    Raises:
        VidcompressError: it is no store.
    """
    store = open_store(place)
    if store.read(MARK) is None:
        raise VidcompressError(
            f"{place} is no store of results: expected what --vc-store named, with {MARK} in it"
        )
    return store
