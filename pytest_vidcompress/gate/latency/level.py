"""What a latency ratio is held against, and how well that is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, variance

from ...measure.latency.blocks import plan
from ..baseline.recorded_runs import MOST_BLOCKS, RecordedRuns
from ..baseline.stored import StoredTiming
from .run_spread import Spread, common

ENOUGH_RUNS = 3
"""Recorded runs below which nothing is known of how far runs lie apart."""
LEAST_SPREAD = 0.003
"""Of log-ratios: runs and blocks that agree better than this do so by luck."""
PRIOR_FREEDOM = 3.0
"""Weight of the guess from the blocks where too few other variants say how far runs lie apart, in runs."""
START_PAIRS = 16
"""Of a run of cold starts, by default."""
START_FREEDOM = 8.0
"""Weight of the guess how far such runs lie apart, in runs, and how far those of single pairs do."""
DRIFT = 0.01
"""Of the log-ratio from session to session, beyond what pairs explain each of which is of a process of its own."""
ENOUGH_PEERS = 3
"""Other variants whose runs say more of it than a guess."""
UNKNOWN_SPREAD = 0.02
"""Of the log-ratio from process to process where none was recorded."""
UNKNOWN_TAIL = Spread(0.013**2, 2.0)
"""Likewise of the p90s: fitted to the recorded runs of 50 variants, which lie 0.2 to 12.5 % apart."""


@dataclass(frozen=True)
class Level:
    """A log-ratio that is right, give or take what a fresh run may lie beside it."""

    log_ratio: float
    margin: float
    """Log-ratio above it that still is no regression."""
    variance: float = 0.0
    """Of a fresh run about `log_ratio`, beyond the noise that its own blocks show."""
    freedom: float = math.inf
    """Degrees of freedom of `variance`."""
    spread: float = UNKNOWN_SPREAD
    """Standard deviation from process to process: what the pairs of one process cannot show."""
    control: float | None = None
    """Standard deviation of the control blocks when it was recorded; None where nothing was."""
    references: tuple[float, ...] = ()
    """Seconds of the reference's usual call in each recorded run; empty where they are not known."""

    @property
    def limit(self) -> float:
        return self.log_ratio + self.margin


def stored_level(timing: RecordedRuns, others: Iterable[RecordedRuns], margin: float) -> Level | None:
    """The level of recorded runs, None of too few.

    A fresh run lies beside the mean of k runs with the variance s2 (1 + 1 / k), the prediction interval. A
    handful of runs tells little about s2, so it is moderated by what the runs of the other variants on this
    machine class say, or where they are few by half the spread of its own blocks. `others` may have it among them.
    Of calls of seconds every pair is of a process of its own: then pairs explain most of what runs lie apart.
    """
    if _of_single_pairs(timing):
        return _single_pair_level(timing, margin)
    guess = Spread(max(_pair_spread(timing) / 2, LEAST_SPREAD) ** 2, PRIOR_FREEDOM)
    return _level(timing, _prior((other.runs for other in others if other is not timing), guess), margin)


def _of_single_pairs(timing: RecordedRuns) -> bool:
    """Was each pair of its runs timed in a fresh process?"""
    if not timing.references or timing.ratio is None:
        return False
    return plan(median(timing.references) * (1 + timing.ratio)).pairs == 1


def _single_pair_level(timing: RecordedRuns, margin: float) -> Level | None:
    """A run's own noise is known from its blocks, and is in how far recorded runs lie apart; that of a fresh run is
    known from its own."""
    noise = _pair_spread(timing) ** 2 / MOST_BLOCKS
    level = _level(timing, Spread(noise + DRIFT**2, START_FREEDOM), margin)
    if level is None:
        return None
    apart = level.variance / (1 + 1 / len(timing.runs))
    return replace(level, variance=max(apart - noise, LEAST_SPREAD**2) + apart / len(timing.runs))


def start_level(stored: RecordedRuns, margin: float) -> Level | None:
    """The level of recorded cold starts, None of too few runs.

    A pair of starts is of two fresh processes, so that runs are known to lie apart by what their pairs explain. What
    is guessed is how far they do beyond that.
    """
    explained = _pair_spread(stored) ** 2 / START_PAIRS
    return _level(stored, Spread(explained + UNKNOWN_SPREAD**2, START_FREEDOM), margin)


def _level(timing: RecordedRuns, prior: Spread, margin: float) -> Level | None:
    """The level of recorded runs whose spread is moderated by what is known of it before."""
    runs = [math.log(run) for run in timing.runs]
    if len(runs) < ENOUGH_RUNS:
        return None
    apart = _fresh_run(timing.runs, prior)
    return Level(
        log_ratio=fmean(runs),
        margin=math.log1p(margin),
        variance=apart.variance,
        freedom=apart.freedom,
        spread=_pair_spread(timing),
        control=median(timing.controls) if timing.controls else None,
        references=timing.references,
    )


def _pair_spread(timing: RecordedRuns) -> float:
    """Standard deviation of the blocks of a run, of the middle one of the runs."""
    return median(timing.spreads) if timing.spreads else UNKNOWN_SPREAD


def screen_level(timing: StoredTiming, others: Iterable[StoredTiming], margin: float) -> Level | None:
    """The level of what recorded runs showed in the test's own process; None of too few.

    It is another one than that of fresh processes: int8 weights that lie well in a test's process were seen to
    be 8 % faster there. What one process differs from the next is in how far these runs lie apart.
    """
    if len(timing.screens) < ENOUGH_RUNS:
        return None
    peers = [replace(other, runs=other.screens) for other in others if other is not timing]
    # All pairs of a screen are of one process, however long they take.
    found = stored_level(replace(timing, runs=timing.screens, references=()), peers, margin)
    return None if found is None else replace(found, spread=0.0, references=timing.references)


def tail_spread(ratios: Sequence[float], others: Iterable[Sequence[float]]) -> Spread:
    """How far a fresh run's slower calls lie beside the mean of recorded ones.

    Every process has its own: how often its threads wait for a core that another thread still holds is settled when
    they start, and of a call of less than a millisecond it is much.

    Args:
        ratios: of the recorded runs, three at least.
        others: of other variants' runs.
    """
    return _fresh_run(ratios, _prior(others, UNKNOWN_TAIL))


def _fresh_run(ratios: Sequence[float], prior: Spread) -> Spread:
    """Of one more run beside the mean of these, the prediction interval."""
    moderated = _spread(ratios).moderated(prior)
    return Spread(moderated.variance * (1 + 1 / len(ratios)), moderated.freedom)


def _prior(others: Iterable[Sequence[float]], guess: Spread) -> Spread:
    """What other variants' runs say, or a guess where too few say anything."""
    peers = [_spread(ratios) for ratios in others if len(ratios) >= ENOUGH_RUNS]
    return common(peers) if len(peers) >= ENOUGH_PEERS else guess


def _spread(ratios: Sequence[float]) -> Spread:
    return Spread(max(variance(map(math.log, ratios)), LEAST_SPREAD**2), len(ratios) - 1)


def budget_level(limit: float) -> Level:
    """The level of a limit written in the test: known exactly, and no margin beyond it."""
    return Level(math.log(limit), 0.0)


def other_build(margin: float) -> Level:
    """The level of a variant timed against another build of itself: one, exactly."""
    return Level(0.0, math.log1p(margin))


def slowed_build(ratio: float, margin: float) -> Level:
    """Likewise, where a slowdown was accepted: measured once, and perhaps on another machine."""
    return Level(math.log(ratio), math.log1p(margin), UNKNOWN_SPREAD**2)
