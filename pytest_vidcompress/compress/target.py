"""`target`: a budget instead of a mechanism. What meets it is found by trying, in a later room.

    target:latency=0.5                          by whatever costs least
    target:latency=0.5,using=fuse|shrink        by these alone
    target:latency=0.3+fuse+int8-static         so that all of it takes 0.3 of the reference's time

`target` alone stands for whatever `--vc-target` asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from .technique import Technique

if TYPE_CHECKING:
    from ..clips.loader import Clips
    from ..models.model import Model
    from .recipe import Recipe

NAME = "target"
METRICS = ("latency", "size", "macs")
REWRITE = "fuse"
"""It changes no answer, and the others may follow it."""
FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "latency": ("bf16", "int8-static", "int8-static+bf16"),
        "size": ("fp16", "bf16", "int8-weights", "int8-weights+bf16"),
        "macs": (),
    }
)
"""Metric -> formats of numbers that make it less, each a recipe without parameters."""
REMOVALS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"latency": ("shrink",), "size": ("shrink", "prune-global"), "macs": ("shrink",)}
)
"""Metric -> techniques of which a share that makes it less can be found."""


def mechanisms(metric: str) -> tuple[str, ...]:
    """Names of the techniques that a budget of a metric may be met by."""
    formats = (name for each in FORMATS[metric] for name in each.split("+"))
    return tuple(dict.fromkeys((REWRITE, *formats, *REMOVALS[metric])))


@dataclass(frozen=True)
class Target:
    """Shares of the reference's, one of which is given; none: what `--vc-target` says."""

    latency: float = 0.0
    """Of a call's time."""
    size: float = 0.0
    """Of the artefact's bytes."""
    macs: float = 0.0
    """Of the multiply-accumulates of a view."""
    using: str = ""
    """Names of the techniques that may meet it, joined by `|`; none: whatever does so at the least cost."""

    def __post_init__(self) -> None:
        for name in METRICS:
            if not 0 <= getattr(self, name) < 1:
                raise VidcompressError(
                    f"{name}={getattr(self, name):g} is out of range: expected a share of the reference's"
                )
        if len([name for name in METRICS if getattr(self, name)]) > 1:
            raise VidcompressError(f"it takes one of {', '.join(METRICS)}: what meets one may miss the other")
        self._refuse_unusable()

    def _refuse_unusable(self) -> None:
        if self.using and not self.metric:
            raise VidcompressError("using= says by what a budget is met: give one, such as latency=0.5")
        there = mechanisms(self.metric) if self.metric else ()
        for name in self.using.split("|") if self.using else ():
            if name not in there:
                raise VidcompressError(
                    f"using={self.using}: {name!r} is nothing that {self.metric} is met by; there are"
                    f" {', '.join(there)}"
                )

    @property
    def metric(self) -> str:
        """Which of them is given; empty where none is."""
        return next((name for name in METRICS if getattr(self, name)), "")

    @property
    def share(self) -> float:
        """Of the reference's, that is asked for."""
        return getattr(self, self.metric) if self.metric else 0.0

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Names of the techniques that may meet it."""
        return tuple(self.using.split("|")) if self.using else mechanisms(self.metric)


def target_of(recipe: Recipe) -> Target | None:
    """The budget that a recipe begins with; None where it begins with a technique."""
    parameters = recipe.steps[0].parameters if recipe.steps else None
    return parameters if isinstance(parameters, Target) else None


def apply(model: Model, parameters: Target, clips: Clips) -> Model:
    raise VidcompressError(
        "target is no technique but a budget, for which a run of pytest finds one: --vc-target=latency:0.5"
    )


TARGET = Technique("what meets a budget at the least cost, found by trying", apply, Target, first=True)
TECHNIQUES = {NAME: TARGET}
