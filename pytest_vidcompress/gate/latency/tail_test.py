"""The test of a variant's slower calls: how many are late, and what that says. Pure.

Three things must hold for them to be worse. The ratio of the quantiles, p90 or p95, lies beyond its margin, and
beyond what the processes that were recorded say of one more. More calls are late than the few that were when runs
were recorded (exact binomial test). And the slowest call of a moment is the variant's more often than the reference's
(sign test), which is the control: what a neighbour does, it does to both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from ...measure.interval import quantile_interval
from ...measure.latency.pair_times import STEP, PairTimes
from ...measure.latency.percentiles import Moment, Percentiles
from ...measure.report import Timing
from ..statistics import binomial_tail
from .sequential_test import Decision

LOOKS = 6
"""At the pairs of the screen, then at twice as many each time: the error rate is shared evenly."""
TELLING = 0.125
"""Share of late calls that must not pass: one call in eight ..."""
MISSED = 0.2
"""... but for this chance at a look."""


@dataclass(frozen=True)
class TailLevel:
    """What the slower calls are held to; log-ratios."""

    limit: float
    """Of the two quantiles, above which it is no longer within the margin ..."""
    sure: float
    """... and above which it is so whatever a process may differ from those that were recorded."""
    late: float
    """Of a call of the variant to the reference's usual one, from which on it is late ..."""
    late_reference: float
    """... and of a call of the reference to the variant's."""
    share: float
    """Of the calls, that may be late."""
    usual: float = math.inf
    """Of the variant's usual call to the reference's, when runs were recorded: of what it is slower now, its slower
    calls may be slower too, for that is held by itself."""
    beside_quantile: bool = False
    """Late are calls beside the reference's quantile, and not beside its usual call."""
    place: float = 0.9
    """Which quantile is held."""


@dataclass(frozen=True)
class TailAnalysis:
    """What so many calls say."""

    decision: Decision
    estimate: float
    """Log-ratio of the two quantiles; NaN where no call counts."""
    p: float
    """Chance of so many late calls were there no more than there may be, or no more than of the reference."""
    calls: int
    late: int
    late_reference: int
    shift: float = 0.0
    """Log-ratio by which its usual call is slower than it was."""


UNSEEN = TailAnalysis(Decision.OPEN, math.nan, 1.0, 0, 0, 0)


class TailLooks:
    """Weighs the pairs of one check whenever there are twice as many as before.

    Args:
        alpha: chance of a false alarm over all looks.
    """

    def __init__(self, level: TailLevel, alpha: float) -> None:
        self._level, self._alpha = level, alpha
        self._looks, self._due = 0, 0
        self.analysis = UNSEEN

    def look(self, seen: PairTimes, last: bool = False) -> Decision:
        """What all pairs so far say; what was decided once stays so.

        Args:
            last: there will be no more.
        """
        pairs = len(seen.variant_s)
        if self.analysis.decision is Decision.OPEN and self._looks < LOOKS and (last or pairs >= self._due):
            self._looks, self._due = self._looks + 1, 2 * pairs
            self.analysis = analyse_tail(Percentiles.of(seen), self._level, self._alpha / LOOKS)
        within = self.analysis.estimate <= self._level.limit + self.analysis.shift
        if last and self.analysis.decision is Decision.OPEN and within:
            self.analysis = replace(self.analysis, decision=Decision.FINE)
        return self.analysis.decision

    @property
    def over(self) -> bool:
        """More pairs would not be looked at."""
        return self.analysis.decision is not Decision.OPEN or self._looks == LOOKS


def replayed(timing: Timing, level: TailLevel, alpha: float) -> TailAnalysis:
    """What a run decided: looks at its pairs as they came in, and stops where it stopped."""
    screen, all_pairs = timing.calls, timing.more_calls or timing.calls
    if screen is None or all_pairs is None:
        return UNSEEN
    looks = TailLooks(level, alpha)
    for pairs in range(len(screen.variant_s), len(all_pairs.variant_s) + 1, STEP):
        if looks.look(all_pairs.until(pairs)) is not Decision.OPEN:
            return looks.analysis
    looks.look(all_pairs, last=True)
    return looks.analysis


def analyse_tail(calls: Percentiles, level: TailLevel, allowed: float) -> TailAnalysis:
    """What calls say, with a chance of `allowed` to be wrong when they are called worse."""
    quotient = calls.quotient(level.place)
    if quotient is None:
        return UNSEEN
    slower = _slower_reference(calls, level.place, allowed) if level.beside_quantile else 0.0
    shift = max(0.0, math.log(calls.usual_ratio) - level.usual)
    late, late_reference = level.late + slower + shift, level.late_reference + slower - shift
    allowed_usual = math.exp(level.limit) if level.beside_quantile else math.inf
    signs = [_sign(moment, late, late_reference, allowed_usual) for moment in calls.moments]
    of_variant = sum(_late(moment.variant_beside, late) for moment in calls.moments)
    of_reference = sum(_late(moment.reference_beside, late_reference) for moment in calls.moments)
    n, estimate = len(calls.variant_s), math.log(quotient)
    # A neighbour makes several calls late that lie together: only moments are chances of their own.
    control = binomial_tail(signs.count(1), len(signs) - signs.count(0), 0.5)
    p = max(binomial_tail(of_variant, n, level.share), control)
    few = of_variant == 0 or 1 - binomial_tail(of_variant + 1, n, TELLING) <= MISSED
    decision = Decision.OPEN
    if estimate > level.sure + shift and p <= allowed:
        decision = Decision.WORSE
    elif estimate <= level.limit + shift and few:
        decision = Decision.FINE
    return TailAnalysis(decision, estimate, p, n, of_variant, of_reference, shift)


def _slower_reference(calls: Percentiles, place: float, allowed: float) -> float:
    """Upper bound of the reference's quantile over its usual call, a log-ratio."""
    _, _, high = quantile_interval(calls.reference_s, place, 1 - allowed)
    return math.log(high / median(calls.reference_s))


def _late(ratios: Sequence[float], limit: float) -> int:
    return sum(math.log(ratio) > limit for ratio in ratios)


def _sign(moment: Moment, late: float, late_reference: float, allowed_usual: float) -> int:
    """1 where the variant's slowest call there lost more time than the reference's, -1 where less, 0 for neither.

    Time in seconds, because what a neighbour takes is no less of a short call; of a variant that is longer than its
    reference, in calls of the reference. Lost is what a call takes beyond the usual one of its arm.

    Args:
        allowed_usual: times the reference's, the longest usual call of the variant: what is beyond is lost too.
    """
    usual_s = min(moment.usual_variant_s, allowed_usual * moment.usual_reference_s)
    scale = max(1.0, moment.usual_variant_s / moment.usual_reference_s)
    lost = (max(moment.variant_s, default=0.0) - usual_s) / scale
    lost_reference = max(moment.reference_s, default=0.0) - moment.usual_reference_s
    if lost > lost_reference:
        return int(_late(moment.variant_beside, late) > 0)
    return -int(_late(moment.reference_beside, late_reference) > 0)
