"""Textures of the clips that are drawn: waves that pan behind what moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Waves:
    """Which waves a texture is of."""

    size: int
    """Height and width of a clip, pixels."""
    number: int
    steepest: float
    """Radians a pixel, in either direction."""
    heights: tuple[float, float]
    """The lowest and the highest, levels."""

    def texture(self, rng: np.random.Generator, pan: Array, t: Array) -> Array:
        """Draws the waves once, and shows them at some times, `(T, size, size)`.

        Args:
            rng: gives the same waves whichever times are asked for.
            pan: columns and rows, pixels, that they move by while the time goes from 0 to 1.
            t: times.
        """
        texture = np.zeros((len(t), self.size, self.size), np.float32)
        pixels = np.arange(self.size)
        for _ in range(self.number):
            fx, fy = rng.uniform(-self.steepest, self.steepest, 2)
            phase, height = rng.uniform(0, 2 * np.pi), rng.uniform(*self.heights)
            along, down = fx * pixels + (fx * pan[0] + fy * pan[1]) * t[:, None] + phase, fy * pixels
            # sin(a + b) as two outer products: a wave costs (T + size) sines, not T x size x size.
            for left, right in ((np.cos(down), np.sin(along)), (np.sin(down), np.cos(along))):
                texture += (height * left).astype(np.float32)[:, None] * right.astype(np.float32)[:, None]
        return texture
