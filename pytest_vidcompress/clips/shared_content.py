"""Clips that are the same under two names: told by what they are made of, and read only where their sizes agree."""

from __future__ import annotations

import stat
from collections.abc import Hashable, Iterable
from pathlib import Path

from ..errors import VidcompressError
from .clip import Clip
from .crops.digest import digest
from .decode.frame_names import frame_names
from .faults import Undecodable


class SharedContent:
    """Clips that others must not be.

    Args:
        clips: which.
        role: what is done with them, for messages, such as `tested`.
    """

    def __init__(self, clips: Iterable[Clip], role: str) -> None:
        self._role = role
        self._by_size: dict[Hashable, list[Clip]] = {}
        for clip in clips:
            self._by_size.setdefault(_size(clip), []).append(clip)
        self._by_size.pop(None, None)

    def like(self, clip: Clip) -> Clip | None:
        """The one of them that is made of the same; None where none is, or where the clip cannot be read."""
        alike = self._by_size.get(_size(clip), [])
        own = _content(clip) if alike else ""
        return next((other for other in alike if own and _content(other) == own), None)

    def refuse(self, clip: Clip, other_role: str) -> None:
        """Refuses a clip that is one of them.

        Args:
            other_role: what is to be done with it, such as `trained on`.

        Raises:
            VidcompressError: it is; names both.
        """
        other = self.like(clip)
        if other is not None:
            where = (
                "" if other.path == clip.path else f" ({clip.path} and {other.path} have the same content)"
            )
            raise VidcompressError(
                f"clip {clip.id!r} would be {other_role}, and {other.id!r} is {self._role}, which is the same clip"
                f"{where}: take it out of one of the two"
            )


def _size(clip: Clip) -> Hashable:
    """What two clips of one content have in common, without reading them; None of one that cannot be read."""
    if not isinstance(clip.source, Path):
        # What a function returns is known when it has been called; and no file is made of that.
        return "function"
    try:
        status = clip.source.stat()
        is_folder = stat.S_ISDIR(status.st_mode)
        return ("pictures", len(frame_names(clip.source))) if is_folder else status.st_size
    except (OSError, Undecodable):
        return None


def _content(clip: Clip) -> str:
    try:
        return digest(clip.source)
    except OSError:
        return ""
