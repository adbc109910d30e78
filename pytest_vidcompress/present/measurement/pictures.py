"""Flips with what can be seen of their clips: small pictures, and the file where a browser plays it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PLAYABLE = frozenset({".mp4", ".m4v", ".webm"})
"""Suffixes of what browsers play."""
MOST_BYTES = 600_000
"""Of all pictures in a file."""
Flip = Mapping[str, Any]


def with_pictures(
    measurements: Sequence[Mapping[str, Any]], pictures: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """The measurements, whose flips have `thumbnails`: of every clip once, then further ones while there is room.

    Args:
        pictures: addresses that hold them, by clip id.
    """
    left = MOST_BYTES - sum(map(_length, pictures.values()))
    shown = set[str]()

    def seen(flip: Flip) -> Flip:
        nonlocal left
        clip = flip["clip"]
        found = pictures.get(clip, ())
        if clip in shown:
            left -= _length(found)
        if not found or (clip in shown and left < 0):
            return flip
        shown.add(clip)
        return {**flip, "thumbnails": [*found]}

    return [_changed(each, seen) for each in measurements]


def with_playable(
    document: Mapping[str, Any], folder: Path, file_of: Callable[[Flip], Path | None]
) -> dict[str, Any]:
    """The document, for a file in `folder`: what browsers play has `playable` where it lies there or below."""

    def beside(flip: Flip) -> Flip:
        file, plain = file_of(flip), {name: each for name, each in flip.items() if name != "playable"}
        if file is None or file.suffix.lower() not in PLAYABLE:
            return plain
        # Links are part of how files lie beside each other.
        here, there = (Path(os.path.abspath(each)) for each in (folder, file))  # noqa: PTH100
        return (
            {**plain, "playable": there.relative_to(here).as_posix()} if there.is_relative_to(here) else plain
        )

    return {**document, "measurements": [_changed(each, beside) for each in document["measurements"]]}


def _changed(measurement: Mapping[str, Any], change: Callable[[Flip], Flip]) -> dict[str, Any]:
    flips = measurement.get("flips")
    return {**measurement, "flips": [*map(change, flips)]} if flips else dict(measurement)


def _length(pictures: Sequence[str]) -> int:
    return sum(map(len, pictures))
