"""A lock that processes share by the name of a file, and that leaves no file behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
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
        file: of the lock, in a folder that is there; it is removed again.
        what: is locked, for the message.
        waiting: called while somebody else holds it, several times a second.

    Raises:
        VidcompressError: somebody else holds it for longer than `patience_s`, or the file cannot be made: it is a
            link, a folder, somebody else's.
    """
    deadline = now_s() + patience_s
    while (held := _try(file, what)) is None:
        if now_s() > deadline:
            raise VidcompressError(
                f"{what} is in use by another run, for {patience_s:.0f} s now; wait for that run to end, or end what"
                f" holds {file}"
            )
        if waiting:
            waiting()
        sleep(_LOOK_S)
    try:
        yield
    finally:
        # Still locked: whoever waits for it sees that this is no longer the file of that name, and tries again.
        with suppress(OSError):
            file.unlink()
        os.close(held)


def _try(file: Path, what: str) -> int | None:
    """A descriptor with the lock; None where somebody else has it."""
    try:
        descriptor = _opened(file)
        if descriptor is None:
            return None
        if _lock(descriptor) and _is_still(file, descriptor):
            return descriptor
        os.close(descriptor)
    except OSError as error:
        raise VidcompressError(
            f"{what} cannot be locked ({error.strerror or error}): {file} must be a file that this user may make"
        ) from error
    return None


def _opened(file: Path) -> int | None:
    """None where it has just gone, or has just come."""
    flags = (
        os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
    )
    # Created only where there is none: in a folder that many write to, others' files must not be opened so.
    for extra in (0, os.O_CREAT | os.O_EXCL):
        with suppress(FileNotFoundError if extra == 0 else FileExistsError):
            return os.open(file, flags | extra, 0o666)
    return None


def _is_still(file: Path, descriptor: int) -> bool:
    """Is what is locked the file of that name, or did the one before remove it?"""
    try:
        return os.path.samestat(file.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if sys.platform == "win32":

    def _lock(descriptor: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _lock(descriptor: int) -> bool:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
