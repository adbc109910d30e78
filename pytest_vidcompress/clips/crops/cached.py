"""Decoded crops on disk, so that a clip is decoded once and not once a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

from ..clip import Source
from ..profile import CropSpec
from .crops import crops_of
from .digest import digest
from .disk_cache import Shelf
from .seal import sealed

Decode = Callable[[Source, CropSpec], torch.Tensor]
"""As `crops_of`: here, or in another process."""

_FORMAT = 3
"""Raise it when decoding, sampling or cropping gives other pixels than before."""


def cached_crop(
    source: Source, spec: CropSpec, shelf: Shelf | None = None, decode: Decode | None = None
) -> torch.Tensor:
    """All views of a video: see `crops_of`.

    An entry is found by the video's content, so that a renamed file hits and a changed one misses. One that is
    damaged is written anew.

    Args:
        source: of the video; what a function returns is not kept.
        spec: what decides the crops.
        shelf: where entries live; None to keep none.
        decode: what makes the crops where there is no entry.

    Returns:
        uint8 `(views, frames, 3, size, size)`.

    Raises:
        Undecodable: the video does not give these frames.
    """
    key = None if shelf is None else _key(source, spec)
    if shelf is not None and key is not None:
        stored = shelf.read(key, spec.shape)
        if stored is not None:
            return stored
    fresh = (decode or crops_of)(source, spec)
    # Asked again: a file that was replaced meanwhile may have given the crops of either content.
    if shelf is not None and key is not None and key == _key(source, spec):
        shelf.write(key, fresh)
    return fresh


def _key(source: Source, spec: CropSpec) -> str | None:
    if not isinstance(source, Path):
        return None
    try:
        content = digest(source)
    except OSError:
        # Decoding has the better words for what is wrong.
        return None
    plan = asdict(spec)
    resize, chosen = plan.pop("resize"), plan.pop("chosen")
    if chosen:
        plan["chosen"] = chosen
    if resize:  # under another name than before, when what was kept had been resized to the crop's own side
        plan["short_side"] = resize
    return sealed(repr((_FORMAT, content, plan, _makers())).encode()).hex()


@cache
def _makers() -> tuple[str, ...]:
    """What turns a file into crops: another decoder or another way to resize may differ in the last bit."""
    return version("av"), version("torch"), torch.backends.cpu.get_cpu_capability()
