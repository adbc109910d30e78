"""Pictures of how trainings went: the loss over the steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...gate.verdict import Result
from ...models.learning_curve import LearningCurve

WIDTH, HEIGHT, EDGE = 460, 160, 40
"""Of a picture and of the room around it, in CSS pixels."""


@dataclass(frozen=True)
class DrawnCurve:
    """One training of a variant."""

    caption: str
    line: str
    """Its points as SVG has them, in pixels: `x,y x,y`."""
    loss_ends: tuple[str, str]
    """The lowest and the highest."""
    steps: str


def drawn_curves(results: Sequence[Result]) -> list[DrawnCurve]:
    """Of all variants that were trained, in their order; those of a single point are said, and not drawn."""
    return [drawn for result in results for drawn in _of(result)]


def _of(result: Result) -> Iterator[DrawnCurve]:
    for curve in result.report.learning:
        if len(curve.points) > 1:
            yield _drawn(result.report.name, curve)


def _drawn(variant: str, curve: LearningCurve) -> DrawnCurve:
    losses = [point.loss for point in curve.points]
    low, high = min(losses), max(losses)
    scale = (HEIGHT - 2 * EDGE) / ((high - low) or 1.0)
    places = (
        (
            EDGE + (WIDTH - 2 * EDGE) * point.step / curve.steps,
            EDGE + (high - point.loss) * scale,
        )
        for point in curve.points
    )
    caption = f"{variant}: loss while training by {curve.describe()}, {curve.seconds / 60:.1f} minutes"
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return DrawnCurve(caption, line, (f"{low:.3g}", f"{high:.3g}"), f"{curve.steps:,} steps")
