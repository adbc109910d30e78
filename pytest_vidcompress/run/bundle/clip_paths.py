"""Where clips lie within their set: what leaves this machine says no more of its folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ...clips.clip import Clip


def paths_within(clip_set: str, clips: Sequence[Clip]) -> Callable[[Clip], str]:
    """What says of a clip where it lies in its set, with slashes; of one that is no file, what messages call it.

    Args:
        clip_set: as it was named: a folder, a file with a list, or a name.
        clips: all of the set.
    """
    path = Path(clip_set).expanduser()
    roots = [path if path.is_dir() else path.parent] if clip_set and path.exists() else []
    roots += _common([clip for clip in clips if clip.pixels is None])
    bases = [os.path.abspath(root) for root in roots]  # noqa: PTH100, a link is part of how a set lies

    def within(clip: Clip) -> str:
        if clip.pixels is not None:
            return clip.path.as_posix()
        absolute = Path(os.path.abspath(clip.path))  # noqa: PTH100
        base = next((each for each in bases if absolute.is_relative_to(each)), absolute.parent)
        return absolute.relative_to(base).as_posix()

    return within


def _common(clips: Sequence[Clip]) -> list[Path]:
    folders = {os.path.abspath(clip.path.parent) for clip in clips}  # noqa: PTH100
    try:
        return [Path(os.path.commonpath(folders))]
    except ValueError:  # of no clip, or on several drives
        return []
