"""The one exception that a user may see: it names the thing, what was expected, and what to do next."""

from __future__ import annotations

_MOST = 300
"""Characters of another library's line in a message of ours."""


class VidcompressError(Exception):
    """Bad input. The plugin shows its text as a pytest usage error, one line and no traceback."""


class SpoiledRunError(VidcompressError):
    """Bad input that shows while a test runs and concerns them all: the run ends there."""


def first_line(error: BaseException) -> str:
    """What an exception says, for a message of ours: its first line, cut where it is endless; else its kind."""
    line = next(filter(None, map(str.strip, str(error).splitlines())), type(error).__name__)
    return line if len(line) <= _MOST else f"{line[:_MOST]} ..."
