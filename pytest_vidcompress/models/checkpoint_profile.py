"""What a checkpoint says of its input -> its `Profile`.

`config.json` tells frames and size, `preprocessor_config.json` the statistics, and the family the rest. A folder
may hold a `profile.json` with what none of them knows:

    {"rate": 4, "sampling": "even", "published": "1x1"}

Its keys are `rate`, `sampling`, `layout`, `views`, `published`, `merge` and `middle`, as in `Profile`; `frames`
may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..clips.profile import Profile, read_field
from ..errors import VidcompressError
from .catalog import family_of

_OWN = ("rate", "sampling", "layout", "views", "published", "merge", "middle")
"""What `profile.json` may say."""


def profile_of(
    source: str | Path, config: Any, processor: Mapping[str, Any], own: Mapping[str, Any]
) -> Profile:
    """The input protocol of a checkpoint; its family's where it does not say.

    Args:
        source: the checkpoint, for messages.
        config: as transformers reads `config.json`.
        processor: `preprocessor_config.json`, empty without.
        own: `profile.json`, empty without; keys that are none of ours are left alone.

    Raises:
        VidcompressError: `profile.json` says what cannot be, or another number of frames than `config.json`.
    """
    frames, size = (getattr(config, name, None) for name in ("num_frames", "image_size"))
    family = family_of(config.model_type)
    base = family.nearest(frames, size).profile if family else Profile(frames=16, rate=4, size=224)
    profile = replace(base, frames=frames or base.frames, size=int(size or base.size))
    for name, key in (("mean", "image_mean"), ("std", "image_std")):
        if key in processor:
            profile = replace(profile, **{name: tuple(processor[key])})
    if own.get("frames", profile.frames) != profile.frames:
        raise VidcompressError(
            f"model {str(source)!r} has weights for {profile.frames} frames (num_frames in its config.json), and"
            f" its profile.json says {own['frames']}: correct the one that is wrong"
        )
    return replace(profile, **{key: _read(source, key, own[key]) for key in _OWN if key in own})


def _read(source: str | Path, key: str, value: Any) -> Any:
    try:
        return read_field(key, value)
    except ValueError as error:
        raise VidcompressError(
            f"model {str(source)!r}: profile.json says {key}={value!r}, expected {error}"
        ) from None
