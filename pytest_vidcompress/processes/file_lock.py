"""A lock that processes share by the name of a file: filelock's, with a word for whoever waits too long."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from ..errors import VidcompressError
from .clock import now_s, sleep

PATIENCE_S = 30.0
"""Longest wait for whoever holds a lock, unless its user says otherwise."""
_LOOK_S = 0.02


@contextmanager
def locked(
    file: Path, what: str, patience_s: float = PATIENCE_S, waiting: Callable[[], None] | None = None
) -> Generator[None]:
    """Holds a lock while the block runs; not to be nested.

    Args:
        file: of the lock, in a folder that is there. It stays: who removes it may remove it under somebody's hand.
        what: is locked, for the message.
        waiting: called while somebody else holds it, several times a second.

    Raises:
        VidcompressError: somebody else holds it for longer than `patience_s`, or the file cannot be made: it is a
            link, a folder, somebody else's.
    """
    from filelock import FileLock, Timeout

    if not file.parent.is_dir():
        raise VidcompressError(f"{what} cannot be locked: there is no folder {str(file.parent)!r}")
    # Others on this machine may have to take it too, whoever made the file.
    lock, deadline = FileLock(file, mode=0o666, thread_local=False), now_s() + patience_s
    while True:
        try:
            lock.acquire(blocking=False)
            break
        except Timeout:
            if now_s() > deadline:
                raise VidcompressError(
                    f"{what} is in use by another run, for {patience_s:.0f} s now; wait for that run to end, or end"
                    f" what holds {file}"
                ) from None
        except OSError as error:
            raise VidcompressError(
                f"{what} cannot be locked ({error.strerror or error}): {file} must be a file that this user may make"
            ) from error
        if waiting:
            waiting()
        sleep(_LOOK_S)
    try:
        yield
    finally:
        lock.release()
