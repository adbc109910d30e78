"""Events that change the light of the scene: a lamp of a colour beside it, or the light goes."""

from __future__ import annotations

import numpy as np

from .layer import COLUMNS, ROWS, SIZE, Array, Kind, Layer


def _lamp(colour: tuple[int, int, int]) -> Kind:
    def kind(rng: np.random.Generator) -> Layer:
        column, row = rng.uniform(0, SIZE, 2)
        reach = rng.uniform(9, 16)
        glow = 0.6 * np.exp(-((COLUMNS - column) ** 2 + (ROWS - row) ** 2) / (2 * reach**2)).astype(
            np.float32
        )

        def layer(frames: Array) -> tuple[Array, Array]:
            return np.broadcast_to(glow, (len(frames), SIZE, SIZE)), np.array(colour, float)

        return layer

    return kind


def _dusk(rng: np.random.Generator) -> Layer:
    angle = rng.uniform(0, 2 * np.pi)
    along = (np.cos(angle) * (COLUMNS - SIZE / 2) + np.sin(angle) * (ROWS - SIZE / 2)) / SIZE
    shade = np.clip(0.75 + along, 0, 1).astype(np.float32)

    def layer(frames: Array) -> tuple[Array, Array]:
        return np.broadcast_to(shade, (len(frames), SIZE, SIZE)), np.zeros(3)

    return layer


LIGHTS: dict[str, Kind] = {
    "blue light": _lamp((40, 60, 235)),
    "dusk": _dusk,
    "green light": _lamp((40, 220, 60)),
    "red light": _lamp((235, 50, 40)),
}
"""Label -> what draws it."""
