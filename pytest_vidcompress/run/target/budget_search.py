"""A budget -> the recipe that meets it at the least cost.

First what costs next to nothing: rewrites and formats, each built, weighed and compared with the reference. Only
where none of them suffices is anything taken away: on top of the smallest that costs nearly nothing, along a few ways
between which answers decide, and as far as the budget is met within `TOLERANCE`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...compress.recipe import Recipe
from ...compress.shrink.anatomies import anatomy_of
from ...compress.shrink.embedding_width import stream_width
from ...compress.target import REWRITE, Target, target_of
from ...errors import VidcompressError
from ...measure.sensitivity.sensitivity import Sensitivity
from ...present.variants.variant_notes import FoundRecipe
from .bisection import TOLERANCE
from .formats import rounds_of, without_rewrite
from .prune_way import prune_way
from .removal import Removal
from .shrink_way import Estimator
from .trials import Trial, Trials, Workbench
from .way import Way

NEARLY_FREE = 0.01
"""Nats from the reference's answers, up to which nothing else is looked for."""
_ALIKE = 2.0
"""Times the least divergence, within which two are as good: there are few clips."""
_EXACT = 1e-6
"""Nats that are none."""
_SLACK = 1.02
"""By which something may be larger than the smallest, and cost less, to be what shares are taken from."""


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
        self._bench = bench
        self._tail = "+".join(map(str, wanted.steps[1:]))
        self._trials = Trials(target, wanted.other_runtime, bench)
        self._left_out: dict[str, str] = {}
        """What could not be tried, and why."""

    def found(self, sensitivity: Callable[[], Sensitivity]) -> FoundRecipe:
        """What meets the budget at the least cost: below it, where that costs nearly nothing, or else within
        `TOLERANCE`.

        Args:
            sensitivity: of the model; asked only where shares of `shrink` must be found.

        Raises:
            VidcompressError: nothing does; says the nearest that does.
        """
        cheap = self._cheap()
        enough = [each for each in cheap if self._suffices(each)]
        if enough and enough[0].kl <= NEARLY_FREE:
            return self._noted(_simplest(enough))
        removal = Removal(self._target.share, self._trials, self._base(cheap))
        removed = removal.best(self._ways(removal.goal, sensitivity))
        if removed is None:
            reasons = removal.refused.items()
            self._left_out.update({name: "; ".join(dict.fromkeys(why)) for name, why in reasons})
        best = min((*enough, *([removed] if removed else ())), key=lambda each: each.kl, default=None)
        if best is None:
            raise self._unmet([*cheap, *removal.missed])
        return self._noted(best)

    def _cheap(self) -> list[Trial]:
        """What costs next to nothing, that which costs least first."""
        if self._tail:
            return [self._trials.trial(self._tail)]
        tried: list[Trial] = []
        for each in rounds_of(self._target):
            tried += filter(None, map(self._attempt, each))
            tried.sort(key=lambda each: each.kl)
            if any(self._suffices(trial) and trial.kl <= NEARLY_FREE for trial in tried):
                break
        return tried

    def _attempt(self, text: str) -> Trial | None:
        """What is refused, of this model or on this machine, is left out; without its rewrite it may do."""
        if REWRITE in self._left_out:
            text = without_rewrite(text)
        if not text:
            return None
        try:
            return self._trials.trial(text)
        except VidcompressError as error:
            self._left_out[text] = str(error)
            return None

    def _suffices(self, trial: Trial) -> bool:
        return trial.value <= self._target.share * (1 + TOLERANCE)

    def _base(self, cheap: Sequence[Trial]) -> Trial:
        """What shares are taken from: the smallest that costs nearly nothing, or a little more and costs less."""
        if self._tail:
            return cheap[0]
        free = [each for each in cheap if each.kl <= NEARLY_FREE]
        bases = [Trial("", 1.0), *free]
        smallest = min(each.value for each in bases)
        return next(each for each in bases if each.value <= _SLACK * smallest)

    def _ways(self, goal: float, sensitivity: Callable[[], Sensitivity]) -> list[Way]:
        """Those of taking away that may be used.

        Args:
            goal: what they have to leave of what they begin with.
        """
        allowed, ways = self._target.mechanisms, list[Way]()
        if "prune-global" in allowed and self._target.metric == "size":
            ways.append(prune_way(goal))
        if "shrink" in allowed:
            try:
                ways += self._shrinking(sensitivity()).ways(goal)
            except VidcompressError as error:  # nobody knows the blocks of such a model
                self._left_out["shrink"] = str(error)
        return ways

    def _shrinking(self, sensitivity: Sensitivity) -> Estimator:
        module = self._bench.model.module
        anatomy = anatomy_of(module)
        width = stream_width(module, anatomy) if anatomy else 0
        return Estimator(
            sensitivity, width, "time_share" if self._target.metric == "latency" else "macs_share"
        )

    def _unmet(self, missed: Sequence[Trial]) -> VidcompressError:
        target = self._target
        using = f" using {target.using}" if target.using else ""
        said = f"target {target.metric}={target.share:g} of {self._bench.model.name!r} cannot be met{using}"
        why = "".join(f"; left out is {name}: {reason}" for name, reason in self._left_out.items())
        if not missed:
            return VidcompressError(f"{said}: nothing could be tried{why}")
        best = min(missed, key=lambda each: abs(each.value / target.share - 1))
        return VidcompressError(
            f"{said}: the nearest is {best.value:.3g}, by {best.recipe or 'fp32'!r}; ask for that, or let more"
            f" follow{why}"
        )

    def _noted(self, best: Trial) -> FoundRecipe:
        target, trials = self._target, self._trials
        return FoundRecipe(
            self._bench.model.name,
            target.metric,
            target.share,
            trials.typed(best.recipe),
            best.value,
            trials.number,
            best.agreement,
            trials.clips,
            best.value < target.share * (1 - TOLERANCE),
            tuple(f"{name}: {why}" for name, why in self._left_out.items()),
        )


def _simplest(enough: Sequence[Trial]) -> Trial:
    """Of those that cost about as little as the first, the one of the fewest techniques."""
    alike = [each for each in enough if each.kl <= _ALIKE * enough[0].kl + _EXACT]
    return min(alike, key=lambda each: each.recipe.count("+"))
