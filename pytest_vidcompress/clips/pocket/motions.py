"""Motion classes of the pocket clip set: what an object does over the length of a clip.

A motion draws its parameters once (speed, extent, direction, phase) and returns a `Path`: clip time in
[0, 1] -> where the object is. Slow and fast versions of each class are drawn from the same ranges, so
that clips differ in how much they move, as real ones do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Pose:
    """The object in every frame: arrays of shape `(T,)`."""

    x: Array
    """Offset of the centre to the right, pixels."""
    y: Array
    """Offset of the centre downwards, pixels."""
    angle: Array
    """Clockwise rotation, radians."""
    scale: Array
    """Size relative to the object's own."""
    opacity: Array
    """0 invisible ... 1 opaque."""


Path = Callable[[Array], Pose]
Motion = Callable[[np.random.Generator], Path]

MOTIONS: dict[str, Motion] = {}
"""Label -> motion, in label order."""

TURNING_LABELS = frozenset({"turning clockwise", "turning counterclockwise"})
"""Labels that only an object without rotational symmetry can show."""


def _pose(
    t: Array,
    x: Array | float = 0.0,
    y: Array | float = 0.0,
    angle: Array | float = 0.0,
    scale: Array | float = 1.0,
    opacity: Array | float = 1.0,
) -> Pose:
    return Pose(*(np.broadcast_to(np.asarray(v, float), t.shape) for v in (x, y, angle, scale, opacity)))


def _standing(rng: np.random.Generator) -> Path:
    return _pose


def _moving(dx: int, dy: int) -> Motion:
    def motion(rng: np.random.Generator) -> Path:
        length = rng.uniform(10, 36)
        drift = rng.uniform(-3, 3)

        def path(t: Array) -> Pose:
            along, across = length * (t - 0.5), drift * (t - 0.5)
            return _pose(t, x=dx * along + dy * across, y=dy * along + dx * across)

        return path

    return motion


def _turning(sense: int) -> Motion:
    def motion(rng: np.random.Generator) -> Path:
        sweep = sense * np.radians(rng.uniform(80, 280))
        return lambda t: _pose(t, angle=sweep * t)

    return motion


def _resizing(sense: int) -> Motion:
    def motion(rng: np.random.Generator) -> Path:
        ratio = rng.uniform(1.5, 3.0) ** sense
        return lambda t: _pose(t, scale=ratio ** (t - 0.5))

    return motion


def _orbiting(sense: int) -> Motion:
    def motion(rng: np.random.Generator) -> Path:
        radius, phase = rng.uniform(9, 18), rng.uniform(0, 2 * np.pi)
        sweep = sense * np.radians(rng.uniform(240, 540))

        def path(t: Array) -> Pose:
            a = phase + sweep * t
            return _pose(t, x=radius * np.cos(a), y=radius * np.sin(a))

        return path

    return motion


def _bouncing(rng: np.random.Generator) -> Path:
    height, phase = rng.uniform(14, 28), rng.uniform(0, 1)
    bounces, drift = rng.uniform(1.6, 3.0), rng.uniform(-8, 8)

    def path(t: Array) -> Pose:
        # A ball under gravity: a parabola between two touches of the floor.
        u = (phase + bounces * t) % 1.0
        return _pose(t, x=drift * (t - 0.5), y=height * (0.5 - 4 * u * (1 - u)))

    return path


def _swinging(rng: np.random.Generator) -> Path:
    reach, phase, periods = rng.uniform(8, 18), rng.uniform(0, 2 * np.pi), rng.uniform(1.3, 2.6)
    return lambda t: _pose(t, x=reach * np.sin(phase + 2 * np.pi * periods * t))


def _pulsing(rng: np.random.Generator) -> Path:
    depth, phase, periods = rng.uniform(0.22, 0.45), rng.uniform(0, 2 * np.pi), rng.uniform(1.4, 2.8)
    return lambda t: _pose(t, scale=1 + depth * np.sin(phase + 2 * np.pi * periods * t))


def _shaking(rng: np.random.Generator) -> Path:
    reach = rng.uniform(2.5, 6.0)
    # More jumps than frames: no two frames share one.
    jumps = rng.uniform(-reach, reach, size=(64, 2))

    def path(t: Array) -> Pose:
        x, y = jumps[np.minimum((t * 63).astype(int), 63)].T
        return _pose(t, x=x, y=y)

    return path


def _blinking(rng: np.random.Generator) -> Path:
    periods, phase, low = rng.uniform(1.5, 3.2), rng.uniform(0, 1), rng.uniform(0.0, 0.3)
    return lambda t: _pose(t, opacity=np.where((phase + periods * t) % 1.0 < 0.5, 1.0, low))


MOTIONS.update(
    {
        "blinking": _blinking,
        "bouncing": _bouncing,
        "growing": _resizing(+1),
        "moving down": _moving(0, +1),
        "moving left": _moving(-1, 0),
        "moving right": _moving(+1, 0),
        "moving up": _moving(0, -1),
        "orbiting clockwise": _orbiting(+1),
        "orbiting counterclockwise": _orbiting(-1),
        "pulsing": _pulsing,
        "shaking": _shaking,
        "shrinking": _resizing(-1),
        "standing still": _standing,
        "swinging": _swinging,
        "turning clockwise": _turning(+1),
        "turning counterclockwise": _turning(-1),
    }
)
