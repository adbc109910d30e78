"""Decoded crops on disk, so that a clip is decoded once and not once a run."""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path

import torch

from .decode import decode
from .frames import indices
from .preprocess import crop
from .profile import Profile

_FORMAT = 1
"""Raise it when decoding, sampling or cropping gives other pixels than before."""
_TENSOR = "crop"


def cached_crop(clip_path: Path, profile: Profile, folder: Path | None) -> torch.Tensor:
    """The frames of a video that a profile samples, cropped to its size.

    An entry is found by the video's content, so that a renamed file hits and a changed one misses. An entry
    that cannot be read is written anew; a folder that cannot be written is warned of once.

    Args:
        clip_path: the video.
        profile: its `frames`, `rate`, `sampling` and `size` are used.
        folder: where entries live, made if need be; None to keep none.

    Returns:
        uint8 `(frames, 3, size, size)`.

    Raises:
        Undecodable: the video does not give these frames.
    """
    entry = None if folder is None else _entry(clip_path, profile, folder)
    if entry is None:
        return _decoded(clip_path, profile)
    stored = _read(entry, (profile.frames, 3, profile.size, profile.size))
    if stored is not None:
        return stored
    fresh = _decoded(clip_path, profile)
    _write(entry, fresh)
    return fresh


def _decoded(clip_path: Path, profile: Profile) -> torch.Tensor:
    def plan(count: int, fps: float) -> tuple[int, ...]:
        return indices(count, fps, profile.frames, profile.rate, profile.sampling)

    return crop(decode(clip_path, plan).pixels, profile.size)


def _entry(clip_path: Path, profile: Profile, folder: Path) -> Path | None:
    try:
        with clip_path.open("rb") as video:
            content = file_digest(video, "sha256").hexdigest()
    except OSError:
        # Decoding has the better words for what is wrong.
        return None
    parts = (_FORMAT, content, profile.frames, profile.rate, profile.sampling, profile.size)
    return folder / f"{sha256(repr(parts).encode()).hexdigest()}.safetensors"


def _read(entry: Path, shape: tuple[int, ...]) -> torch.Tensor | None:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        crops = load(entry.read_bytes()).get(_TENSOR)
    except (OSError, SafetensorError):
        return None
    usable = crops is not None and crops.dtype == torch.uint8 and tuple(crops.shape) == shape
    return crops if usable else None


def _write(entry: Path, crops: torch.Tensor) -> None:
    from safetensors.torch import save

    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(suffix=".part", dir=entry.parent)
        try:
            with os.fdopen(descriptor, "wb") as part:
                part.write(save({_TENSOR: crops}))
            # Another process may write the same entry; a reader must never see half of one.
            Path(name).replace(entry)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        _warn_unwritable(entry.parent, error.strerror or str(error))


@cache
def _warn_unwritable(folder: Path, reason: str) -> None:
    warnings.warn(
        f"decoded clips are not kept, {folder} cannot be written ({reason}): see --vc-cache", stacklevel=2
    )
