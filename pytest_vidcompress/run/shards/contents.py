"""What is in the files of clips, for the names of results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...clips.clip import Clip
from ...clips.crops.digest import digest


def contents(clips: Iterable[Clip]) -> list[str]:
    """Digests of their files; of one that cannot be read, why."""
    return [_content(clip.source) for clip in clips]


def _content(source: Any) -> str:
    try:
        return digest(source)
    except OSError as error:
        return f"unreadable: {error.errno}"
