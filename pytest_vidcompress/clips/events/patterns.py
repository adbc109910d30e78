"""Events that are a patch of one texture, in any colour."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .layer import Array, Kind, Layer, offsets, vivid, wandering

Texture = Callable[[Array, Array], Array]
"""Offsets in radians -> -1 ... 1."""

_TEXTURES: dict[str, Texture] = {
    "checks": lambda x, y: np.sin(x) * np.sin(y) * 2,
    "dots": lambda x, y: (np.cos(x) + np.cos(y)) - 0.6,
    "ripples": lambda x, y: np.sin(np.hypot(x, y)),
    "stripes": lambda x, y: np.sin(x),
}


def _patch(texture: Texture) -> Kind:
    def kind(rng: np.random.Generator) -> Layer:
        centre, half = wandering(rng, fastest=0.15), rng.uniform(8, 13)
        pitch, turn = 2 * np.pi / rng.uniform(4.5, 6.5), rng.uniform(0, 2 * np.pi)
        colour = vivid(rng)
        cos, sin = np.float32(pitch * np.cos(turn)), np.float32(pitch * np.sin(turn))

        def layer(frames: Array) -> tuple[Array, Array]:
            x, y = offsets(centre, frames)
            inside = np.clip(half + 0.5 - np.maximum(np.abs(x), np.abs(y)), 0, 1)
            wave = texture(cos * x + sin * y, cos * y - sin * x)
            return inside * np.clip(0.5 + wave, 0, 1), colour

        return layer

    return kind


PATTERNS: dict[str, Kind] = {label: _patch(texture) for label, texture in _TEXTURES.items()}
"""Label -> what draws it."""
