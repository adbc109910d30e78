"""How a training went: its loss from step to step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..untrusted import number, objects, text, whole


@dataclass(frozen=True)
class CurvePoint:
    """Where a training was after a step."""

    step: int
    """From 1."""
    loss: float
    """Mean over the steps since the point before."""
    seconds: float
    """Of training, interruptions left out."""


@dataclass(frozen=True)
class LearningCurve:
    """One training of a model, of a step at least."""

    name: str
    """Of what trained it, as the recipe has it, such as `distil:minutes=10`."""
    batch: int
    """Clips a step."""
    points: tuple[CurvePoint, ...]
    """The last is of the last step."""

    @property
    def steps(self) -> int:
        return self.points[-1].step

    @property
    def clips(self) -> int:
        """Clips that it was shown; one that came twice counts twice."""
        return self.steps * self.batch

    @property
    def seconds(self) -> float:
        return self.points[-1].seconds

    def describe(self) -> str:
        """One line: `distil: 812 steps on 12,992 clips, loss 1.31 to 0.42`."""
        first, last = self.points[0].loss, self.points[-1].loss
        return f"{self.name}: {self.steps:,} steps on {self.clips:,} clips, loss {first:.3g} to {last:.3g}"

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "batch": self.batch, "points": [*map(asdict, self.points)]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> LearningCurve:
        """What `as_json` gave.

        Raises:
            Malformed: it is something else.
        """
        points = tuple(
            CurvePoint(whole(each, "step"), number(each, "loss"), number(each, "seconds"))
            for each in objects(document, "points")
        )
        return cls(text(document, "name"), whole(document, "batch"), points)
