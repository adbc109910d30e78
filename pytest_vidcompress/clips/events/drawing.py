"""Draws the clips of the set `events`: things come and go over a textured background that drifts.

Everything in a clip follows from its seed, and a frame looks the same whether it is drawn alone or with the others,
so training draws just the frames that a model looks at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..drawn.waves import Waves
from .kinds import KINDS
from .layer import SIZE, Array
from .plan import FRAMES, plan

_WAVES = Waves(SIZE, number=4, steepest=0.6, heights=(2, 9))


def render(seed: int, frames: Sequence[int] = range(FRAMES)) -> Array:
    """Draws frames of the clip of this seed.

    Args:
        seed: what tells this clip from all others; `plan` says what happens in it.
        frames: indices in `0 ... FRAMES - 1`.

    Returns:
        RGB frames, uint8, shape `(len(frames), SIZE, SIZE, 3)`.
    """
    rng = np.random.default_rng([seed, 1])
    index = np.asarray(frames, dtype=int)
    picture = _background(rng, index)
    for event in plan(seed):
        # Its own numbers, so that what one draws does not move the others.
        layer = KINDS[event.label](np.random.default_rng(rng.integers(1 << 32)))
        strength = event.strength_at(index).astype(np.float32)
        shown = np.flatnonzero(strength)
        if len(shown):
            coverage, colour = layer(index[shown])
            below = picture[shown]
            cover = (strength[shown, None, None] * coverage)[..., None]
            picture[shown] = below + cover * (colour.astype(np.float32) - below)
    return _noisy(picture, index, seed, rng.uniform(2.0, 5.0))


def _background(rng: np.random.Generator, index: Array) -> Array:
    """A texture of waves under light that drifts, `(T, SIZE, SIZE, 3)`."""
    t = (index / FRAMES).astype(np.float32)
    tint = rng.uniform(70, 180) + rng.uniform(-25, 25, 3)
    pan = rng.uniform(-10, 10, 2)
    texture = _WAVES.texture(rng, pan, t)
    light = rng.uniform(0, 14) * np.sin(2 * np.pi * rng.uniform(0.5, 1.5) * t + rng.uniform(0, 2 * np.pi))
    return (texture + light.astype(np.float32)[:, None, None])[..., None] + tint.astype(np.float32)


def _noisy(picture: Array, index: Array, seed: int, sigma: float) -> Array:
    """With the noise of a sensor, the same in a frame whichever others are drawn."""
    for place, frame in enumerate(index):
        noise = np.random.default_rng([seed, int(frame), 2]).standard_normal(picture.shape[1:], np.float32)
        picture[place] += np.float32(sigma) * noise + 0.5
    return np.clip(picture, 0, 255, out=picture).astype(np.uint8)
