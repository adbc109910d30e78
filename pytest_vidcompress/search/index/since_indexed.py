"""Files of an index as they are now: are they still what was indexed?"""

from __future__ import annotations

from pathlib import Path

from ...clips.crops.digest import digest
from .index_file import Index


def changed_since(index: Index, folder: Path, path: str) -> str:
    """Why a file is not what was indexed, in a few words; empty where it is. Reads it only where size or time of
    change are other than they were.

    Args:
        folder: that the index is of, where it is now.
        path: below it.
    """
    known, file = index.file(path), folder / path
    if known is None:
        return "not in the index any more"
    try:
        status = file.stat()
        if (known.size, known.changed_ns) == (status.st_size, status.st_mtime_ns):
            return ""
        return "" if digest(file) == known.digest else "changed since it was indexed"
    except FileNotFoundError:
        return "missing: moved or deleted since it was indexed"
    except OSError as error:
        return f"unreadable: {error.strerror}"
