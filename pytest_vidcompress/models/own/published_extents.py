"""Frames and size of the published model that a file of weights is, where its tensors do not tell. Light."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from ..family import Family


def published_extents(file: Path, family: Family) -> tuple[int, int]:
    """Frames of a clip and pixels of a side.

    Models of a family that differ in nothing else are told apart by the name of the file: `X3D_M.pyth` is `x3d-m`.
    One that says nothing is taken for the first, with a warning.
    """
    known = {(each.profile.frames, each.profile.size) for each in family.pretrained.values()}
    if len(known) < 2 or family.own is None:
        return family.profile.frames, family.profile.size
    named = [each for name, each in family.pretrained.items() if _plain(name) in _plain(file.stem)]
    profile = named[0].profile if len(named) == 1 else family.profile
    if len(named) != 1:
        shown = " or ".join(f"{frames} frames of {size} px" for frames, size in sorted(known))
        warnings.warn(
            f"model {str(file)!r} does not tell which {family.title} it is, {shown}: it is shown {profile.frames}"
            f" frames of {profile.size} px; say otherwise in a config.json beside it, with num_frames and image_size,"
            f" or call it {' or '.join(family.pretrained)}",
            stacklevel=2,
        )
    return profile.frames, profile.size


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
