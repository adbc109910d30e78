"""What is tried on the way to a budget: built, weighed, and asked on clips that nothing was fitted to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import torch

from ...artefacts.variant import Variant
from ...clips.loader import Clips
from ...compress.recipe import Recipe
from ...compress.target import Target
from ...measure.accuracy.label_sets import several
from ...measure.accuracy.predict import Progress, predict
from ...measure.accuracy.scores import likeness
from ...models.model import Model
from .bisection import TOLERANCE
from .yardsticks import IS_MEASURED, YARDSTICKS, ReferenceCost

_AGAIN = 3
"""How often what is measured is measured where it decides."""
_MOST_OFTEN = 9
"""And where neighbours made that differ."""
_SPREAD = 2 * TOLERANCE
"""Of the median, by which the measurements next to it may differ."""


@dataclass(frozen=True)
class Workbench:
    """What a search builds with."""

    model: Model
    """The reference."""
    pixels: torch.Tensor
    """Of one view."""
    clips: Clips
    """Those that variants are compared on with the reference; nothing calibrates on them where there are others."""
    recipe: Callable[[str], Recipe]
    """Reads a recipe."""
    build: Callable[[Recipe], Variant]
    progress: Progress | None = None


@dataclass(frozen=True)
class Trial:
    """A recipe that was built in earnest."""

    recipe: str
    """As it is typed; empty: nothing is done."""
    value: float
    """Share of the reference's that is left."""
    kl: float = 0.0
    """From the reference's answers, nats, mean over the clips."""
    agreement: float = 1.0
    """Share of the clips that are answered alike."""


class Trials:
    """All of one search.

    Args:
        target: the budget.
        runtime: that was asked for; empty: the one that the techniques of each recipe prefer.
    """

    def __init__(self, target: Target, runtime: str, bench: Workbench) -> None:
        self._target = target
        self._runtime = runtime
        self._bench = bench
        self._reference = ReferenceCost(bench.model, bench.pixels)
        self._values: dict[str, float] = {}
        self._answers: dict[str, tuple[float, float]] = {}
        self._trials: dict[str, Trial] = {}
        self._latest: tuple[str, Variant] | None = None
        self.number = 0
        """Of those so far."""

    @property
    def is_measured(self) -> bool:
        """Is what is left another time a little different?"""
        return self._target.metric in IS_MEASURED

    def value(self, text: str) -> float:
        """What is left by a recipe; weighed once."""
        if text not in self._values:
            self._values[text] = self._weighed(self._variant(text))
        return self._values[text]

    def forget_measured(self) -> None:
        """What is measured and not counted is measured anew."""
        if self.is_measured:
            self._values.clear()

    def kl(self, text: str) -> float:
        """From the reference's answers, nats, mean over the clips."""
        return self._answered(text)[0]

    def trial(self, text: str) -> Trial:
        """Weighs a recipe and asks it; each once. What is measured of it is measured several times."""
        if text not in self._trials:
            variant = self._variant(text)
            self._trials[text] = Trial(text, self._sure(variant), *self._answered(text))
        return self._trials[text]

    def typed(self, text: str) -> str:
        """A recipe as it is typed to be run where it was tried."""
        return str(self._placed(text))

    @property
    def clips(self) -> int:
        """That variants were compared on."""
        return self._whole.shape[0]

    @cached_property
    def _whole(self) -> torch.Tensor:
        """What the reference answers, `(N, labels)`."""
        logits, _ = predict(self._bench.model.module, self._bench.clips, len(self._bench.model.labels))
        return logits

    def _answered(self, text: str) -> tuple[float, float]:
        if text not in self._answers:
            run, labels = self._variant(text).module, len(self._bench.model.labels)
            logits, targets = predict(run, self._bench.clips, labels)
            seen = likeness(logits, self._whole, several(targets))
            self._answers[text] = max(0.0, float(seen.kl)), float(seen.agreement)
        return self._answers[text]

    def _sure(self, variant: Variant) -> float:
        """What is left; of what is measured the median of several, of more where they do not agree."""
        if not self.is_measured:
            return self._weighed(variant)
        values = [self._weighed(variant) for _ in range(_AGAIN)]
        while len(values) < _MOST_OFTEN and _differ(values):
            values += [self._weighed(variant) for _ in range(2)]
        return median(values)

    def _weighed(self, variant: Variant) -> float:
        return YARDSTICKS[self._target.metric](variant, self._reference)

    def _variant(self, text: str) -> Variant:
        """Builds it, unless it is the latest that was built."""
        if self._latest is None or self._latest[0] != text:
            self.number += 1
            self._latest = None  # two at a time would take the memory of two
            target = self._target
            if self._bench.progress:
                said = f"looking for {target.metric} {target.share:g} of {self._bench.model.name}"
                self._bench.progress(f"{said}, try {self.number}: {text or 'fp32'}", 0, 0)
            self._latest = text, self._bench.build(self._placed(text))
        return self._latest[1]

    def _placed(self, text: str) -> Recipe:
        """A recipe in the runtime that was asked for, or its own."""
        recipe = self._bench.recipe(text or "fp32")
        return recipe.on(self._runtime or recipe.preferred_runtime)


def _differ(values: list[float]) -> bool:
    """Are those in the middle, half of them or three at least, too far apart to be believed?"""
    ordered = sorted(values)
    beside = max(1, len(ordered) // 4)
    middle = len(ordered) // 2
    low, high = ordered[middle - beside], ordered[middle + beside]
    return high > (1 + _SPREAD) * low
