"""Events that are a small thing of one outline and about one colour, which wanders about."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .layer import Array, Kind, Layer, offsets, wandering

Outline = Callable[[Array, Array], Array]
"""Offsets in radii -> signed distance to the outline: negative inside."""
Colour = tuple[int, int, int]


def _box(x: Array, y: Array, half_x: float, half_y: float) -> Array:
    return np.maximum(np.abs(x) - half_x, np.abs(y) - half_y)


_OUTLINES: dict[str, tuple[Outline, Colour]] = {
    "ball": (lambda x, y: np.hypot(x, y) - 1, (250, 130, 20)),
    "bar": (lambda x, y: _box(x, y, 1.3, 0.4), (250, 250, 250)),
    "box": (lambda x, y: _box(x, y, 0.85, 0.85), (20, 200, 230)),
    "cross": (lambda x, y: np.minimum(_box(x, y, 1.1, 0.35), _box(x, y, 0.35, 1.1)), (240, 230, 30)),
    "frame": (lambda x, y: np.abs(_box(x, y, 0.8, 0.8)) - 0.22, (230, 40, 210)),
    "pair": (lambda x, y: np.hypot(np.abs(x) - 0.75, y) - 0.55, (110, 20, 160)),
    "ring": (lambda x, y: np.abs(np.hypot(x, y) - 0.8) - 0.24, (15, 15, 25)),
    "wedge": (lambda x, y: np.maximum(0.86 * np.abs(x) + 0.5 * y - 0.55, -y - 0.7), (30, 140, 30)),
}
"""Label -> outline and colour: neither alone tells all of them apart where they are faint."""


def _wanders(outline: Outline, colour: Colour) -> Kind:
    def kind(rng: np.random.Generator) -> Layer:
        centre, radius = wandering(rng, fastest=0.4), rng.uniform(5.0, 7.5)
        turn, speed = rng.uniform(0, 2 * np.pi), rng.uniform(-0.03, 0.03)
        shade = np.clip(np.array(colour) + rng.uniform(-40, 40, 3), 0, 255)

        def layer(frames: Array) -> tuple[Array, Array]:
            x, y = offsets(centre, frames)
            angle = (turn + speed * frames).astype(np.float32)[:, None, None]
            cos, sin = np.cos(angle) / radius, np.sin(angle) / radius
            distance = outline(cos * x + sin * y, cos * y - sin * x) * radius
            return np.clip(0.5 - distance, 0, 1), shade

        return layer

    return kind


SHAPES: dict[str, Kind] = {label: _wanders(*looks) for label, looks in _OUTLINES.items()}
"""Label -> what draws it."""
