"""Draws the clips of the pocket set: one contrasty object that moves over a calm background.

Everything in a clip follows from `(label, seed)`, and a frame looks the same whether it is drawn alone
or with the others, so training can draw just the frames that a model samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..drawn.waves import Waves
from .motions import MOTIONS, TURNING_LABELS, Array

SIZE = 64
"""Height and width of a clip, pixels."""
FRAMES = 32
"""Length of a clip, frames."""
RATE = 16
"""Frames per second: a clip lasts two seconds."""

_WAVES = Waves(SIZE, number=3, steepest=0.25, heights=(1, 4))

Shape = Callable[[Array, Array], Array]


def _box(x: Array, y: Array, cx: float, cy: float, hx: float, hy: float) -> Array:
    return np.maximum(np.abs(x - cx) - hx, np.abs(y - cy) - hy)


# Signed distances to an outline of radius about 1: negative inside.
_SYMMETRIC: dict[str, Shape] = {
    "disc": lambda x, y: np.hypot(x, y) - 1,
    "ring": lambda x, y: np.abs(np.hypot(x, y) - 0.75) - 0.28,
    "square": lambda x, y: _box(x, y, 0, 0, 0.85, 0.85),
    "cross": lambda x, y: np.minimum(_box(x, y, 0, 0, 1.0, 0.36), _box(x, y, 0, 0, 0.36, 1.0)),
}
_ASYMMETRIC: dict[str, Shape] = {
    "bar": lambda x, y: _box(x, y, 0, 0, 1.25, 0.42),
    "triangle": lambda x, y: np.maximum(0.86 * np.abs(x) + 0.5 * y - 0.5, -y - 0.6),
    "ell": lambda x, y: np.minimum(_box(x, y, -0.5, 0, 0.4, 1.0), _box(x, y, 0.1, 0.65, 1.0, 0.38)),
    "flag": lambda x, y: np.minimum(_box(x, y, -0.75, 0, 0.25, 1.15), _box(x, y, 0.1, -0.55, 0.9, 0.55)),
}

_ROWS, _COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)


def render(label: str, seed: int, frames: Sequence[int] = range(FRAMES)) -> Array:
    """Draws frames of the clip `(label, seed)`.

    Args:
        label: one of `MOTIONS`.
        seed: what tells this clip from the others of its class.
        frames: indices in `0 ... FRAMES - 1`.

    Returns:
        RGB frames, uint8, shape `(len(frames), SIZE, SIZE, 3)`.
    """
    rng = np.random.default_rng([seed, list(MOTIONS).index(label)])
    index = np.asarray(frames)
    base = rng.uniform(95, 160)
    background = _background(rng, base, index / (FRAMES - 1))
    coverage = _object(rng, label, index)
    colour = _contrasting(rng, base)
    picture = background + coverage[:, None] * (colour[:, None, None] - background)
    sigma = np.float32(rng.uniform(1.0, 4.0))
    for k, frame in enumerate(index):
        noise = np.random.default_rng([seed, int(frame), 1]).standard_normal((SIZE, SIZE), np.float32)
        picture[k] += sigma * noise + 0.5
    return np.clip(picture, 0, 255, out=picture).astype(np.uint8).transpose(0, 2, 3, 1)


def _background(rng: np.random.Generator, base: float, t: Array) -> Array:
    """A faint texture of long waves that pans by a few pixels; `(T, 3, SIZE, SIZE)`."""
    tint = (base + rng.uniform(-15, 15, size=3)).astype(np.float32)
    pan = rng.uniform(-4, 4, size=2)
    return _WAVES.texture(rng, -pan, t)[:, None] + tint[:, None, None]


def _object(rng: np.random.Generator, label: str, index: Array) -> Array:
    """How much of each pixel the object covers, 0 ... 1; `(T, SIZE, SIZE)`."""
    shapes = _ASYMMETRIC if label in TURNING_LABELS else _SYMMETRIC | _ASYMMETRIC
    outline = list(shapes.values())[rng.integers(len(shapes))]
    radius, start = rng.uniform(8, 13), rng.uniform(0, 2 * np.pi)
    # The whole path, so that the object stands where it would if all frames were drawn.
    pose = MOTIONS[label](rng)(np.arange(FRAMES) / (FRAMES - 1))
    cx, cy = _placed(rng, pose.x, 0.7 * radius), _placed(rng, pose.y, 0.7 * radius)
    x, y, angle, size, opacity = (
        v.astype(np.float32)[index, None, None]
        for v in (cx, cy, start + pose.angle, radius * pose.scale, pose.opacity)
    )
    dx, dy = (_COLUMNS - x) / size, (_ROWS - y) / size
    cos, sin = np.cos(angle), np.sin(angle)
    distance = outline(cos * dx + sin * dy, cos * dy - sin * dx) * size
    return np.clip(0.5 - distance, 0, 1) * opacity


def _placed(rng: np.random.Generator, offset: Array, margin: float) -> Array:
    """Moves a path to a random place where it stays inside the picture, or to the middle if it cannot."""
    low, high = margin - offset.min(), SIZE - margin - offset.max()
    return offset + (rng.uniform(low, high) if low < high else (low + high) / 2)


def _contrasting(rng: np.random.Generator, base: float) -> Array:
    """A colour well away from the background's brightness, on the side with more room or either."""
    darker, brighter = (0.0, base - 80), (base + 80, 255.0)
    sides = [side for side in (darker, brighter) if side[0] < side[1]]
    level = rng.uniform(*sides[rng.integers(len(sides))])
    return np.clip(level + rng.uniform(-25, 25, size=3), 0, 255).astype(np.float32)
