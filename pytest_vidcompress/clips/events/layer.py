"""What an event puts over the scene: how much of each pixel it covers, and in which colour."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray

SIZE = 32
"""Height and width of a clip, pixels."""

ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)

Layer = Callable[[Array], tuple[Array, Array]]
"""Frame numbers `(n,)` -> coverage 0 ... 1, `(n, SIZE, SIZE)`, and the colour `(3,)` that covers."""
Kind = Callable[[np.random.Generator], Layer]
"""Draws the parameters of one event once: frames look the same alone and together."""


def offsets(centre: Array, frames: Array) -> tuple[Array, Array]:
    """Columns and rows from a centre that wanders, `(n, SIZE, SIZE)` each.

    Args:
        centre: column, row, and pixels a frame in both; what leaves the picture comes back from its edge.
        frames: their numbers.
    """
    x, y = (_reflected(at + speed * frames)[:, None, None] for at, speed in centre.reshape(2, 2).T)
    return COLUMNS - x, ROWS - y


def vivid(rng: np.random.Generator) -> Array:
    """Any colour that differs from a background of middling light, `(3,)`."""
    dark = rng.random(3) < 0.5
    return np.where(dark, rng.uniform(0, 50, 3), rng.uniform(205, 255, 3))


def wandering(rng: np.random.Generator, fastest: float) -> Array:
    """A centre somewhere in the picture, and how it moves: for `offsets`."""
    return np.concatenate([rng.uniform(6, SIZE - 6, 2), rng.uniform(-fastest, fastest, 2)])


def _reflected(place: Array, low: float = 5, high: float = SIZE - 5) -> Array:
    width = high - low
    there = np.mod(place - low, 2 * width)
    return (low + np.where(there < width, there, 2 * width - there)).astype(np.float32)
