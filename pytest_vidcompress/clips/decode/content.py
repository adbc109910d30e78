"""What must hold of a file before anything reads it."""

from __future__ import annotations

from pathlib import Path

from ..faults import Fault, Undecodable


def require_content(path: Path) -> None:
    """Refuses what is not there, is no regular file, or is empty.

    Raises:
        Undecodable: it is one of these.
    """
    try:
        if not path.is_file():
            if path.exists():
                raise Undecodable("not a file", Fault.UNREADABLE)
            raise Undecodable("missing", Fault.MISSING)
        if path.stat().st_size == 0:
            raise Undecodable("empty", Fault.EMPTY)
    except OSError as error:
        raise Undecodable(f"unreadable: {error.strerror}", Fault.UNREADABLE) from error
