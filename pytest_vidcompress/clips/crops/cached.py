"""Decoded crops on disk, so that a clip is decoded once and not once a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import torch

from ..profile import CropSpec
from .crops import crops_of
from .digest import digest
from .disk_cache import Shelf

Decode = Callable[[Path, CropSpec], torch.Tensor]
"""As `crops_of`: here, or in another process."""

_FORMAT = 3
"""Raise it when decoding, sampling or cropping gives other pixels than before."""


def cached_crop(
    clip_path: Path, spec: CropSpec, shelf: Shelf | None = None, decode: Decode | None = None
) -> torch.Tensor:
    """All views of a video: see `crops_of`.

    An entry is found by the video's content, so that a renamed file hits and a changed one misses. One that is
    damaged is written anew.

    Args:
        clip_path: the video.
        spec: what decides the crops.
        shelf: where entries live; None to keep none.
        decode: what makes the crops where there is no entry.

    Returns:
        uint8 `(views, frames, 3, size, size)`.

    Raises:
        Undecodable: the video does not give these frames.
    """
    key = None if shelf is None else _key(clip_path, spec)
    if shelf is not None and key is not None:
        stored = shelf.read(key, spec.shape)
        if stored is not None:
            return stored
    fresh = (decode or crops_of)(clip_path, spec)
    # Asked again: a file that was replaced meanwhile may have given the crops of either content.
    if shelf is not None and key is not None and key == _key(clip_path, spec):
        shelf.write(key, fresh)
    return fresh


def _key(clip_path: Path, spec: CropSpec) -> str | None:
    try:
        content = digest(clip_path)
    except OSError:
        # Decoding has the better words for what is wrong.
        return None
    return sha256(repr((_FORMAT, content, asdict(spec), _makers())).encode()).hexdigest()


@cache
def _makers() -> tuple[str, ...]:
    """What turns a file into crops: another decoder or another way to resize may differ in the last bit."""
    return version("av"), version("torch"), torch.backends.cpu.get_cpu_capability()
