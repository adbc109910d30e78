"""What a checkpoint says of its input -> its `Profile`.

`config.json` tells frames and size, `preprocessor_config.json` the statistics, and the family the rest. A folder
may hold a `profile.json` with what none of them knows:

    {"rate": 4, "sampling": "even", "published": "1x1"}

Its keys are `rate`, `sampling`, `layout`, `views`, `published`, `merge` and `middle`, as in `Profile`; `frames`
may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from ..clips.profile import Layout, Merge, Middle, Profile, Sampling
from ..clips.views import Views
from ..errors import VidcompressError
from .catalog import family_of


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
    return replace(profile, **{key: _read(source, key, own[key]) for key in _READERS if key in own})


def _read(source: str | Path, key: str, value: Any) -> Any:
    try:
        return _READERS[key](value)
    except ValueError as error:
        raise VidcompressError(
            f"model {str(source)!r}: profile.json says {key}={value!r}, expected {error}"
        ) from None


def _one_of(literal: Any) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in get_args(literal):
            raise ValueError(f"one of {', '.join(get_args(literal))}")
        return value

    return read


def _rate(value: Any) -> int:
    if not isinstance(value, int) or value < 1:
        raise ValueError("a whole number of at least 1")
    return value


def _views(value: Any) -> Views:
    try:
        return Views.parse(str(value))
    except ValueError:
        raise ValueError("CLIPSxCROPS with 1 or 3 crops, such as 5x3") from None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "rate": _rate,
    "sampling": _one_of(Sampling),
    "layout": _one_of(Layout),
    "views": _views,
    "published": _views,
    "merge": _one_of(Merge),
    "middle": _one_of(Middle),
}
