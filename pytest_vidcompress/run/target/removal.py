"""How far to go on ways of taking away, and which of them: what lands on a budget and answers most alike."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import VidcompressError
from .bisection import TOLERANCE, Crossing, crossing
from .trials import Trial, Trials
from .way import Way

FINALISTS = 2
"""Ways that are gone until they land, of those that answer most alike where they are likely to."""
_CORRECTIONS = 3
"""How often a landing that misses, because a draft weighed something else, is made again."""


class Removal:
    """Of one search.

    Args:
        share: the budget, as one of the whole reference's.
        base: what is built on top of all that is taken away.
    """

    def __init__(self, share: float, trials: Trials, base: Trial) -> None:
        self._share = share
        self._trials = trials
        self._base = base
        self.missed: list[Trial] = []
        """Where ways ended that did not land."""
        self.refused: dict[str, list[str]] = {}
        """Why ways could not be gone, by technique."""

    @property
    def goal(self) -> float:
        """What has to be left of the base."""
        return self._share / self._base.value

    def best(self, ways: Sequence[Way]) -> Trial | None:
        """What meets the budget within `TOLERANCE` and answers most as the reference does; None: nothing meets it."""
        landed: list[Trial] = []
        finalists = 0
        for way in self._ranked(ways):
            here = self._landed(way)
            landed += here
            finalists += bool(here)
            if finalists == FINALISTS:
                break
        return min(landed, key=lambda each: each.kl, default=None)

    def _ranked(self, ways: Sequence[Way]) -> list[Way]:
        """Those that answer most alike, where they are likely to meet the budget, first."""
        costs: list[tuple[float, int]] = []
        for place, way in enumerate(ways):
            try:
                costs.append((self._trials.kl(self._joined(way.recipe(self._likely(way)))), place))
            except VidcompressError as error:  # such a model has not what is to go
                self.refused.setdefault(way.technique, []).append(str(error))
        return [ways[place] for _, place in sorted(costs)]

    def _likely(self, way: Way) -> float:
        """Where it meets the budget: found where nothing is timed for it, or else estimated."""
        return way.likely if self._trials.is_measured else self._crossed(way, self._share).strength

    def _landed(self, way: Way) -> list[Trial]:
        """One in earnest, and others of the same shares; none where the way does not lead there."""
        goal = self._share
        for _ in range(_CORRECTIONS):
            crossed = self._crossed(way, goal)
            if not crossed.meets(goal):
                self.missed.append(Trial(self._joined(way.recipe(crossed.strength)), crossed.value))
                return []
            trial = self._trials.trial(self._joined(way.recipe(crossed.strength)))
            if self._meets(trial):
                others = [self._trials.trial(self._joined(each)) for each in way.others(crossed.strength)]
                return [trial, *filter(self._meets, others)]
            self.missed.append(trial)
            goal *= self._share / trial.value
            self._trials.forget_measured()
        return []

    def _crossed(self, way: Way, goal: float) -> Crossing:
        return crossing(lambda strength: self._trials.value(self._joined(way.draft(strength))), goal)

    def _meets(self, trial: Trial) -> bool:
        return abs(trial.value / self._share - 1) <= TOLERANCE

    def _joined(self, removal: str) -> str:
        return "+".join(filter(None, (removal, self._base.recipe)))
