"""What a checkpoint says of its input -> its `Profile`.

`config.json` tells frames and size, the processor's file the statistics, and the family the rest. A folder
may hold a `profile.json` with what none of them knows:

    {"rate": 4, "sampling": "even", "published": "1x1"}

Its keys are `rate`, `sampling`, `layout`, `views`, `published`, `merge` and `middle`, as in `Profile`; `frames`
may be repeated.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...clips.profile import Profile, read_field
from ...errors import VidcompressError
from ..catalog import family_of
from .checkpoint_files import json_file
from .configuration import value_of
from .processor import pixels_of, processor_of

_UNKNOWN = Profile(frames=16, rate=4, size=224)
"""Of a family that has no file here."""
_OWN = ("rate", "sampling", "layout", "views", "published", "merge", "middle")
"""What `profile.json` may say."""


def read_profile(source: str | Path, config: Any) -> Profile:
    """As `profile_of`, of a checkpoint's files."""
    return profile_of(source, config, processor_of(source), json_file(source, "profile.json"))


def profile_of(
    source: str | Path, config: Any, processor: Mapping[str, Any], own: Mapping[str, Any]
) -> Profile:
    """The input protocol of a checkpoint; its family's where it does not say.

    Args:
        source: the checkpoint, for messages.
        config: as transformers reads `config.json`.
        processor: what its files say of its processor, empty without.
        own: `profile.json`, empty without; keys that are none of ours are left alone.

    Raises:
        VidcompressError: a file says what cannot be, or another number of frames than `config.json`; or the crop is
            no square.
    """
    family = family_of(config.model_type)
    if family is None:
        warnings.warn(
            f"model {str(source)!r} is a {config.model_type!r} model, of whose protocol nothing is known here: it is"
            f" looked at as {_UNKNOWN.protocol}; say otherwise in its profile.json",
            stacklevel=2,
        )
    frames = value_of(config, family.frames_key if family else "num_frames")
    size = _side(source, value_of(config, family.size_key if family else "image_size"))
    base = family.profile_for(frames, size, value_of(config, "num_labels")) if family else _UNKNOWN
    profile = _extents(source, base, frames, size)
    profile = replace(profile, **pixels_of(source, processor, family, profile.size))
    if own.get("frames", profile.frames) != profile.frames:
        raise VidcompressError(
            f"model {str(source)!r} has weights for {profile.frames} frames (num_frames in its config.json), and"
            f" its profile.json says {own['frames']!r:.60}: correct the one that is wrong"
        )
    return replace(profile, **{key: _read(source, key, own[key]) for key in _OWN if key in own})


def _extents(source: str | Path, base: Profile, frames: Any, size: int | None) -> Profile:
    sides = {"size": size, "resize": base.resize * size // base.size} if size else {}
    try:
        return replace(base, frames=frames or base.frames, **sides)
    except VidcompressError as error:
        raise VidcompressError(f"model {str(source)!r}: its config.json cannot be: {error}") from None


def _side(source: str | Path, value: Any) -> int | None:
    """Height and width of a crop, which a configuration says as a number or as a pair."""
    sides = [*value] if isinstance(value, list | tuple) else [value]
    if sides != sides[:1] * len(sides) or not sides or not isinstance(sides[0], int | None):
        raise VidcompressError(
            f"model {str(source)!r} takes crops of {value!r:.60} pixels by its config.json; expected a square, as"
            " 224 is one"
        )
    return sides[0]


def _read(source: str | Path, key: str, value: Any) -> Any:
    try:
        return read_field(key, value)
    except ValueError as error:
        raise VidcompressError(
            f"model {str(source)!r}: profile.json says {key}={value!r}, expected {error}"
        ) from None
