"""What a store of results is: files by name that appear whole, and are not changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ....errors import SpoiledRunError, VidcompressError


@dataclass(frozen=True)
class Entry:
    """A file of a store."""

    size_bytes: int
    written_s: float
    """Seconds since the epoch, by the store's clock; 0 where it does not say."""


class Store(Protocol):
    """Files by name, such as `results/ab12/0000003-cd34`.

    All raise VidcompressError, one line, where the store cannot be reached or written.
    """

    @property
    def place(self) -> str:
        """As it was given."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Puts a file there whole; one of this name that is there stays as it is, where the store can tell."""
        ...

    def copy(self, name: str, content: bytes, origin: Store) -> None:
        """Likewise, of a file that another store has by this name: where both lie on one disk, without copying it."""
        ...

    def replace(self, name: str, content: bytes) -> None:
        """Puts a file there whole, in the place of one of this name."""
        ...

    def read(self, name: str) -> bytes | None:
        """Its content; None where there is none."""
        ...

    def read_many(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """What `read` says of each, in their order; several at once where each is a request."""
        ...

    def has(self, name: str) -> bool: ...

    def entries(self, folder: str) -> Mapping[str, Entry]:
        """The files of a folder by their last names; empty of one that is not there."""
        ...

    def folders(self, folder: str) -> Iterator[tuple[str, Sequence[str]]]:
        """Every folder in a folder with the last names of its files, one after the other, by name."""
        ...

    def remove(self, name: str) -> None:
        """Takes a file away, if it is there."""
        ...


def unwritable(place: str, error: BaseException) -> SpoiledRunError:
    """A store that takes no more: what is in it stays, and the run ends."""
    reason = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    return SpoiledRunError(
        f"the store {place} cannot be written ({reason.splitlines()[0]}): make room or give access, and run again;"
        " what is in it is not computed again"
    )


def unreadable(place: str, error: BaseException) -> VidcompressError:
    """A store that cannot be asked."""
    reason = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    return VidcompressError(f"the store {place} cannot be read ({reason.splitlines()[0]})")
