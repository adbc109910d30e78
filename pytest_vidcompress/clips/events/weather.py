"""Events that fill the scene with something that falls, drifts or flies."""

from __future__ import annotations

import numpy as np

from .layer import COLUMNS, ROWS, SIZE, Array, Kind, Layer

_TALL = 2 * SIZE
"""Of the tile that falls through the picture."""
_FAINT = np.float32(0.55)
"""Of what is everywhere at once, and so easily seen."""


def _falling(
    number: int, height: int, width: int, speed: tuple[float, float], colour: tuple[int, int, int]
) -> Kind:
    """So many drops of a height and a width, pixels, that fall at a speed, pixels a frame."""

    def kind(rng: np.random.Generator) -> Layer:
        tile = np.zeros((_TALL, SIZE), np.float32)
        for top, left in zip(rng.integers(0, _TALL, number), rng.integers(0, SIZE, number), strict=True):
            rows = (top + np.arange(height)) % _TALL
            columns = (left + np.arange(width)) % SIZE
            tile[np.ix_(rows, columns)] = 1
        fall, slant = rng.uniform(*speed), rng.uniform(-0.2, 0.2)

        def layer(frames: Array) -> tuple[Array, Array]:
            down = np.floor(fall * frames).astype(int)[:, None]
            aside = np.floor(fall * slant * frames).astype(int)[:, None]
            rows = (np.arange(SIZE) - down) % _TALL
            columns = (np.arange(SIZE) - aside) % SIZE
            return _FAINT * tile[rows[:, :, None], columns[:, None, :]], np.array(colour, float)

        return layer

    return kind


def _fog(rng: np.random.Generator) -> Layer:
    along, across, phase = rng.uniform((-0.15, -0.15, 0), (0.15, 0.15, 2 * np.pi))
    speed, level = rng.uniform(-0.15, 0.15), rng.uniform(205, 245)

    def layer(frames: Array) -> tuple[Array, Array]:
        wave = np.sin(along * COLUMNS + across * ROWS + phase + (speed * frames)[:, None, None])
        return (0.7 + 0.3 * wave).astype(np.float32), np.full(3, level)

    return layer


def _sparks(rng: np.random.Generator) -> Layer:
    centre, pictures, number = rng.uniform(8, SIZE - 8, (2, 1, 1)), 16, 16
    places = np.clip(centre + rng.normal(0, 4, (2, pictures, number)), 0, SIZE - 1).astype(int)
    bank = np.zeros((pictures, SIZE, SIZE), np.float32)
    bank[np.arange(pictures)[:, None], places[0], places[1]] = 1

    def layer(frames: Array) -> tuple[Array, Array]:
        return bank[frames % pictures], np.array([255.0, 225.0, 120.0])

    return layer


WEATHER: dict[str, Kind] = {
    "fog": _fog,
    "rain": _falling(22, 6, 1, (2.0, 3.5), (190, 205, 230)),
    "snow": _falling(30, 2, 2, (0.3, 0.8), (245, 245, 250)),
    "sparks": _sparks,
}
"""Label -> what draws it."""
