"""The one exception that a user may see: it names the thing, what was expected, and what to do next."""

from __future__ import annotations

_MOST = 300
"""Characters of another library's line in a message of ours."""


class VidcompressError(Exception):
    """Bad input. The plugin shows its text as a pytest usage error, one line and no traceback."""


class SpoiledRunError(VidcompressError):
    """Bad input that shows while a test runs and concerns them all: the run ends there."""


class UntrainedError(VidcompressError):
    """A variant learns, is not kept, and is not to be trained: its test is skipped."""


class UnsharedError(VidcompressError):
    """What is measured cannot be computed in shards: there its test is skipped."""


def first_line(error: BaseException) -> str:
    """What an exception says, in one line for a message of ours; its kind where it says nothing.

    A line that only announces the next one, as `Validation error for field 'num_frames':`, has that behind it.
    """
    lines = [*filter(None, map(str.strip, str(error).splitlines()))] or [type(error).__name__]
    line = " ".join(lines[: 1 + lines[0].endswith(":")])
    return line if len(line) <= _MOST else f"{line[:_MOST]} ..."
