"""A budget -> the recipe that meets it: shares of `shrink` on the line that costs least, or a format that suffices.

How much faster neurons go than heads, and how many blocks go, is decided by the model's sensitivity; how far, by
halving. Widths alone decide bytes, work and time, so that what is tried is shrunk by chance and not repaired, which
takes no calibration. Of the likeliest few that meet it, repaired, the one that answers most as the reference does is
taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ...artefacts.variant import Variant
from ...clips.loader import Clips
from ...compress.recipe import Recipe
from ...compress.target import Target, target_of
from ...errors import VidcompressError
from ...measure.accuracy.predict import Progress, predict
from ...measure.accuracy.scores import accuracy, answers
from ...measure.sensitivity.sensitivity import Sensitivity
from ...models.model import Model
from ...present.variants.variant_notes import FoundRecipe
from .bisection import TOLERANCE, Crossing, crossing
from .shrink_line import Line, lines
from .yardsticks import YARDSTICKS, ReferenceCost

BY_CHANCE = ("repair=none", "choice=random")
CANDIDATES = 3
"""Lines that meet the budget and are built in earnest, to be compared by their answers."""
FORMATS = ("fp16", "int8-weights")
"""For bytes: they cost nearly nothing in accuracy, the first the least."""


@dataclass(frozen=True)
class Workbench:
    """What a search builds with."""

    model: Model
    """The reference."""
    pixels: torch.Tensor
    """Of one view."""
    clips: Clips
    """Those that techniques calibrate on."""
    recipe: Callable[[str], Recipe]
    """Reads a recipe."""
    build: Callable[[Recipe], Variant]
    progress: Progress | None = None


@dataclass(frozen=True)
class _Solved:
    line: Line
    crossing: Crossing


class BudgetSearch:
    """One search.

    Args:
        wanted: begins with a target; what follows it is part of what must meet the budget.
    """

    def __init__(self, wanted: Recipe, bench: Workbench) -> None:
        target = target_of(wanted)
        if target is None or not target.metric:
            raise VidcompressError(
                f"recipe {str(wanted)!r} names no budget: give one with --vc-target=latency:0.5"
            )
        if wanted.learns:
            raise VidcompressError(
                f"recipe {str(wanted)!r} would train at every try: leave out what learns, and let it follow"
                " the recipe that is found"
            )
        self._target: Target = target
        self._wanted = wanted
        self._bench = bench
        self._tail = "+".join(map(str, wanted.steps[1:]))
        self._reference = ReferenceCost(bench.model, bench.pixels)
        self._values: dict[tuple[str, str], float] = {}
        """What was tried, by recipe and metric."""

    def format_alone(self) -> FoundRecipe | None:
        """A format of the file that suffices by itself, where bytes are what is wanted and nothing is said of it."""
        if self._target.metric != "size" or self._tail:
            return None
        for name in FORMATS:
            value = self._value(name, "size")
            if value <= self._target.share * (1 + TOLERANCE):
                return self._found(name, value)
        self._tail = FORMATS[-1]
        return None

    def shares(self, sensitivity: Sensitivity) -> FoundRecipe:
        """Shares of `shrink`, so that all of the recipe meets the budget within `TOLERANCE`.

        Raises:
            VidcompressError: none does; says the nearest that does.
        """
        met: list[_Solved] = []
        missed: list[_Solved] = []
        for line in self._by_cost(sensitivity):
            solved = self._solved(line, self._target.metric)
            (met if solved.crossing.meets(self._target.share) else missed).append(solved)
            if len(met) == CANDIDATES:
                break
        if not met:
            raise self._unmet(missed)
        best = self._nearest_answers(met)
        return self._found(self._text(best), best.crossing.value)

    def _nearest_answers(self, met: Sequence[_Solved]) -> _Solved:
        """Built in earnest, the one that diverges least from the reference on clips that calibrate."""
        if len(met) == 1:
            return met[0]
        bench = self._bench
        whole, _ = predict(bench.model.module, bench.clips, len(bench.model.labels))
        distances: list[float] = []
        for solved in met:
            text = self._text(solved)
            self._say(f"repairs {text}")
            variant = bench.build(self._placed(text))
            logits, _ = predict(variant.module, bench.clips, len(bench.model.labels))
            distances.append(float(accuracy(logits, whole, answers(whole), "agreement").kl))
        return met[distances.index(min(distances))]

    def _unmet(self, missed: Sequence[_Solved]) -> VidcompressError:
        best = min(missed, key=lambda each: abs(each.crossing.value / self._target.share - 1))
        return VidcompressError(
            f"target {self._target.metric}={self._target.share:g} of {self._bench.model.name!r} cannot be met: the"
            f" nearest is {best.crossing.value:.3g}, by {self._text(best)!r}; ask for that, or let more follow"
        )

    def _by_cost(self, sensitivity: Sensitivity) -> list[Line]:
        """Lines that can leave as much work as the budget is, the likely cheapest first; all where none can."""
        goal = self._target.share
        by_work = [(line, self._solved(line, "macs")) for line in lines(sensitivity)]

        def cost(each: tuple[Line, _Solved]) -> float:
            return each[1].line.cost(each[1].crossing.strength, sensitivity)

        able = [each for each in by_work if each[1].crossing.meets(goal)]
        return [line for line, _ in sorted(able or by_work, key=cost)]

    def _solved(self, line: Line, metric: str) -> _Solved:
        """As near as the line comes; where heads are steps that are too high, neurons alone make up for them."""
        solved = self._crossed(line, metric)
        if solved.crossing.meets(self._target.share):
            return solved
        finer = self._crossed(line.with_heads_at(solved.crossing.strength), metric)
        return min((solved, finer), key=lambda each: abs(each.crossing.value / self._target.share - 1))

    def _crossed(self, line: Line, metric: str) -> _Solved:
        def value(strength: float) -> float:
            return self._value(self._joined(line.at(strength).recipe(*BY_CHANCE), metric), metric)

        return _Solved(line, crossing(value, self._target.share))

    def _joined(self, shrink: str, metric: str) -> str:
        # Formats leave the work as it is; without them it is counted at once.
        tail = "" if metric == "macs" and self._target.metric != "macs" else self._tail
        return "+".join(filter(None, (shrink, tail))) or "fp32"

    def _text(self, solved: _Solved) -> str:
        return self._joined(solved.line.at(solved.crossing.strength).recipe(), self._target.metric)

    def _value(self, text: str, metric: str) -> float:
        if (text, metric) not in self._values:
            self._values[text, metric] = self._measured(text, metric)
        return self._values[text, metric]

    def _measured(self, text: str, metric: str) -> float:
        bench = self._bench
        self._say(f"try {len(self._values) + 1}: {text}")
        return YARDSTICKS[metric](bench.build(self._placed(text)), self._reference)

    def _say(self, what: str) -> None:
        if self._bench.progress:
            said = f"looking for {self._target.metric} {self._target.share:g} of {self._bench.model.name}"
            self._bench.progress(f"{said}, {what}", 0, 0)

    def _placed(self, text: str) -> Recipe:
        """A recipe in the runtime that was asked for, or its own."""
        recipe = self._bench.recipe(text)
        return recipe.on(self._wanted.other_runtime or recipe.preferred_runtime)

    def _found(self, text: str, value: float) -> FoundRecipe:
        target, shown, tries = self._target, str(self._placed(text)), len(self._values)
        return FoundRecipe(self._bench.model.name, target.metric, target.share, shown, value, tries)
