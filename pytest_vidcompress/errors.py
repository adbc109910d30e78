"""The one exception that a user may see: it names the thing, what was expected, and what to do next."""

from __future__ import annotations


class VidcompressError(Exception):
    """Bad input. The plugin shows its text as a pytest usage error, one line and no traceback."""


class SpoiledRunError(VidcompressError):
    """Bad input that shows while a test runs and concerns them all: the run ends there."""
