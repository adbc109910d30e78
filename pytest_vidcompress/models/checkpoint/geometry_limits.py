"""What a configuration may ask for, by the tensors that are stored beside it: asked before anything is built.

A module without data costs little a tensor and nothing a number, so that what is left to refuse is: more layers than
there are tensors, extents of nobody's model, and tables that a model computes while it is built, as VideoMAE does one
row a patch.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from ...errors import VidcompressError

MOST_EXTENT = 1 << 16
"""Of a width, a side in pixels, a number of frames or heads."""
_FRAMES, _SIDES = ("num_frames", "frames_per_clip"), ("image_size", "crop_size")
"""What families call the frames of a clip, and the sides of a crop."""
_TABLE_PER_WEIGHT = 4
_SMALL_TABLE = 1 << 22
"""Numbers of a table that any model may compute."""
_MANY_TENSORS, _LARGE_TENSOR = 1 << 9, 1 << 14
"""Layers, and with `_TABLE_PER_WEIGHT` numbers of a table, that are built without weights to hold them against."""


def refuse_beyond_tensors(config: Mapping[str, Any], numels: Collection[int] | None) -> None:
    """Refuses a `config.json` of what cannot be in these tensors, in milliseconds.

    Args:
        config: what the file says; a size may be a number or a pair.
        numels: how many numbers each tensor has that belongs to it, as a safetensors file's header says; None where
            there are no weights, or they do not say: then no more than a large model has.

    Raises:
        VidcompressError: naming the key, its value, and what there is.
    """
    if numels is None:
        numels = [_LARGE_TENSOR] * _MANY_TENSORS
    for key, value in _integers(config):
        if "layers" in key and value > len(numels):
            raise VidcompressError(
                f"config.json says {key}={value:,}, and there are {len(numels):,} tensors: it is of another model"
            )
        if abs(value) > MOST_EXTENT:
            raise VidcompressError(
                f"config.json says {key}={value:,}, expected at most {MOST_EXTENT:,}: it is of no video classifier"
            )
    for part in (config, *(each for each in config.values() if isinstance(each, dict))):
        _refuse_patches(part, numels)


def _refuse_patches(config: Mapping[str, Any], numels: Collection[int]) -> None:
    patches, width = _patches(config), _extent(config.get("hidden_size"))
    if patches * width > max(_TABLE_PER_WEIGHT * sum(numels), _SMALL_TABLE):
        raise VidcompressError(
            f"config.json cuts a clip into {patches:,} patches of hidden_size={width:,}, which is too many for the"
            f" {sum(numels):,} weights that there are: it is of another model"
        )


def _patches(config: Mapping[str, Any]) -> int:
    """Of a clip; 1 where the configuration does not say."""
    tubelet: Any = config.get("tubelet_size")
    sides = cast("list[Any]", tubelet) if isinstance(tubelet, list | tuple) else []
    # A tubelet is frames alone, or frames, height and width.
    depth, patch = (sides[0], [*sides[1:]]) if len(sides) == 3 else (tubelet, config.get("patch_size"))
    frames = next((_extent(config.get(key)) for key in _FRAMES if key in config), 1)
    area = next((_area(config.get(key)) for key in _SIDES if key in config), 1)
    return max(1, frames // _extent(depth)) * max(1, area // _area(patch))


def _extent(value: Any) -> int:
    return max(1, value) if isinstance(value, int) else 1


def _area(value: Any) -> int:
    sides = cast("list[Any]", value) if isinstance(value, list | tuple) else [value, value]
    return math.prod(map(_extent, sides))


def _integers(value: Any, key: str = "") -> Iterator[tuple[str, int]]:
    """Every whole number of a configuration with the last name on the way to it; labels have numbers of their own."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield key, value
    elif isinstance(value, dict):
        for name, each in cast("dict[str, Any]", value).items():
            if name != "label2id":
                yield from _integers(each, name)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _integers(each, key)
