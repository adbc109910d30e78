"""`target`: a budget instead of a mechanism. What meets it is found by trying, in a later room.

    target:latency=0.5                          shares of `shrink`
    target:latency=0.3+fuse+int8-static         likewise, so that all of it takes 0.3 of the reference's time

`target` alone stands for whatever `--vc-target` asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from .technique import Technique

if TYPE_CHECKING:
    from ..clips.loader import Clips
    from ..models.model import Model
    from .recipe import Recipe

NAME = "target"
METRICS = ("latency", "size", "macs")


@dataclass(frozen=True)
class Target:
    """Shares of the reference's, one of which is given; none: what `--vc-target` says."""

    latency: float = 0.0
    """Of a call's time."""
    size: float = 0.0
    """Of the artefact's bytes."""
    macs: float = 0.0
    """Of the multiply-accumulates of a view."""

    def __post_init__(self) -> None:
        for name in METRICS:
            if not 0 <= getattr(self, name) < 1:
                raise VidcompressError(
                    f"{name}={getattr(self, name):g} is out of range: expected a share of the reference's"
                )
        if len([name for name in METRICS if getattr(self, name)]) > 1:
            raise VidcompressError(f"it takes one of {', '.join(METRICS)}: what meets one may miss the other")

    @property
    def metric(self) -> str:
        """Which of them is given; empty where none is."""
        return next((name for name in METRICS if getattr(self, name)), "")

    @property
    def share(self) -> float:
        """Of the reference's, that is asked for."""
        return getattr(self, self.metric) if self.metric else 0.0


def target_of(recipe: Recipe) -> Target | None:
    """The budget that a recipe begins with; None where it begins with a technique."""
    parameters = recipe.steps[0].parameters if recipe.steps else None
    return parameters if isinstance(parameters, Target) else None


def apply(model: Model, parameters: Target, clips: Clips) -> Model:
    raise VidcompressError(
        "target is no technique but a budget, for which a run of pytest finds one: --vc-target=latency:0.5"
    )


TARGET = Technique("shares of shrink that meet a budget, found by trying", apply, Target, first=True)
TECHNIQUES = {NAME: TARGET}
