"""What the processor of a checkpoint does to frames -> the fields of a `Profile` that do the same.

A processor rescales, shifts and normalizes values of 0 ... 255, in this order; a profile knows a mean and a standard
deviation of values in [0, 1]. One is the other:

    ((v * factor - offset) - mean) / std  =  (v / 255 - (mean + offset) / scale) / (std / scale),  scale = 255 factor
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ...errors import VidcompressError
from ...untrusted import Malformed, json_object, number, numbers, whole
from ..family import Family
from .checkpoint_files import json_file

_NESTED, _VIDEO, _IMAGE = (
    "processor_config.json",
    "video_preprocessor_config.json",
    "preprocessor_config.json",
)
_LEAST_STD = 1e-6
_MOST_SIDE = 1 << 16


def processor_of(source: str | Path) -> dict[str, Any]:
    """What a checkpoint's files say of its processor, of several the one that transformers takes; empty without.

    Raises:
        VidcompressError: the file is damaged.
    """
    nested = json_file(source, _NESTED).get("video_processor")
    if isinstance(nested, dict):
        return cast("dict[str, Any]", nested)
    return json_file(source, _VIDEO) or json_file(source, _IMAGE)


def pixels_of(
    source: str | Path, said: Mapping[str, Any], family: Family | None, size: int
) -> dict[str, Any]:
    """The fields of a profile that a checkpoint's processor decides: `mean`, `std` and `resize`, where it says so.

    Args:
        source: the checkpoint, for messages.
        said: what its files say; empty where they say nothing.
        family: whose processor it is, with its defaults.
        size: of a crop, pixels, as the weights have it. A processor that cuts another one was left behind by other
            tools, and its sizes mean nothing.

    Raises:
        VidcompressError: a value cannot be.
    """
    if not said:
        return {}
    settings = {**(family.processor if family else {}), **said}
    try:
        return _statistics(settings) | _resize(settings, size)
    except Malformed as error:
        raise VidcompressError(
            f"model {str(source)!r}: its processor's configuration cannot be ({error}): correct {_IMAGE}"
        ) from None


def _statistics(settings: Mapping[str, Any]) -> dict[str, Any]:
    factor = number(settings, "rescale_factor", 1e-9, 1e9) if "rescale_factor" in settings else 1 / 255
    # Rounded: 1 / 255 as a decimal is meant to be exactly that.
    scale = round(255 * factor, 9) if _flag(settings, "do_rescale", True) else 255.0
    offset = 1.0 if _flag(settings, "do_rescale", True) and _flag(settings, "offset", False) else 0.0
    fields: dict[str, Any] = {}
    for field, key, least in (("mean", "image_mean", float("-inf")), ("std", "image_std", _LEAST_STD)):
        if not _flag(settings, "do_normalize", True):
            values: tuple[float, ...] = (0.0,) * 3 if field == "mean" else (1.0,) * 3
        elif key in settings:
            values = _channels(settings, key, least)
        else:
            continue
        shift = offset if field == "mean" else 0.0
        fields[field] = tuple((value + shift) / scale for value in values)
    return fields


def _resize(settings: Mapping[str, Any], size: int) -> dict[str, Any]:
    """The short side before cropping, where it is another than the crop's."""
    crop, short = _side(settings, "crop_size"), _side(settings, "size")
    if not _flag(settings, "do_center_crop", True) or crop != size or short is None or short < size:
        return {}
    return {"resize": short if short > size else 0}


def _side(settings: Mapping[str, Any], key: str) -> int | None:
    """A side in pixels, of the ways to write one; None where it is not said, or of no square."""
    value = settings.get(key)
    if value is None:
        return None
    if isinstance(value, int):
        return whole(settings, key, 1, _MOST_SIDE)
    sides = json_object(value, key)
    if "shortest_edge" in sides:
        return whole(sides, "shortest_edge", 1, _MOST_SIDE)
    if {"height", "width"} <= sides.keys():
        height, width = (whole(sides, name, 1, _MOST_SIDE) for name in ("height", "width"))
        return height if height == width else None
    return None


def _channels(settings: Mapping[str, Any], key: str, least: float) -> tuple[float, ...]:
    """A number for each channel; one for all."""
    if isinstance(settings[key], list):
        return numbers(settings, key, 3, least)
    return (float(number(settings, key, least)),) * 3


def _flag(settings: Mapping[str, Any], key: str, default: bool) -> bool:
    value = settings.get(key, default)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Malformed(f"{key}: expected true or false, found {value!r:.60}")
    return value
