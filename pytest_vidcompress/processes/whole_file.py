"""A file that is there whole or not at all, whoever reads it meanwhile and whenever its writer dies."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Takes the place of what is there, in one moment.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
