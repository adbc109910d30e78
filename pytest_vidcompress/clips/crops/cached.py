"""Decoded crops on disk, so that a clip is decoded once and not once a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import torch

from ..profile import Profile
from ..views import crops_of
from .digest import digest
from .disk_cache import Shelf

Decode = Callable[[Path, Profile], torch.Tensor]
"""As `crops_of`: here, or in another process."""

_FORMAT = 2
"""Raise it when decoding, sampling or cropping gives other pixels than before."""
_NOT_OF_CROPS = {"mean", "std", "layout", "modules", "published", "merge"}
"""Fields of a profile that come after the crops; whatever else it has may decide them."""


def cached_crop(
    clip_path: Path, profile: Profile, shelf: Shelf | None = None, decode: Decode | None = None
) -> torch.Tensor:
    """The views of a video that a profile looks at: see `crops_of`.

    An entry is found by the video's content, so that a renamed file hits and a changed one misses. One that is
    damaged is written anew.

    Args:
        clip_path: the video.
        profile: what decides the crops.
        shelf: where entries live; None to keep none.
        decode: what makes the crops where there is no entry.

    Returns:
        uint8 `(views, frames, 3, size, size)`.

    Raises:
        Undecodable: the video does not give these frames.
    """
    key = None if shelf is None else _key(clip_path, profile)
    if shelf is not None and key is not None:
        stored = shelf.read(key, (profile.views.count, profile.frames, 3, profile.size, profile.size))
        if stored is not None:
            return stored
    fresh = (decode or crops_of)(clip_path, profile)
    # Asked again: a file that was replaced meanwhile may have given the crops of either content.
    if shelf is not None and key is not None and key == _key(clip_path, profile):
        shelf.write(key, fresh)
    return fresh


def _key(clip_path: Path, profile: Profile) -> str | None:
    try:
        content = digest(clip_path)
    except OSError:
        # Decoding has the better words for what is wrong.
        return None
    plan = [
        (field.name, str(getattr(profile, field.name)))
        for field in fields(Profile)
        if field.name not in _NOT_OF_CROPS
    ]
    return sha256(repr((_FORMAT, content, plan, _makers())).encode()).hexdigest()


@cache
def _makers() -> tuple[str, ...]:
    """What turns a file into crops: another decoder or another way to resize may differ in the last bit."""
    return version("av"), version("torch"), torch.backends.cpu.get_cpu_capability()
