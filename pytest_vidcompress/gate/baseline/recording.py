"""Is a run's time fit to be recorded? One of a disturbed machine would widen what later runs are allowed. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from statistics import fmean, median, stdev

from ...measure.interval import Estimate, quantile
from ...measure.latency.blocks import Confirmation
from ...measure.latency.quiet import SLACK
from ...measure.paired_seconds import PairedSeconds
from ...measure.report import Timing
from ...measure.start.cold_start import Start
from ..latency.sequential_test import disturbed
from ..latency.single_process import blocks
from .recorded_runs import MOST_BLOCKS, RecordedRuns, StoredStart

QUIET = 0.5
"""Least share of undisturbed processes, or pairs where there is but one."""
BIAS = 0.01
"""Log-ratio by which the reference may differ from itself."""
NOISE = 0.015
"""Largest standard error of the run's log-ratio: runs of a quiet machine lie about a percent apart."""
FEWEST_BLOCKS = 6
"""Of a run that is recorded, which are enough where they agree so well that more of them would tell little: ..."""
PRECISE = 0.004
"""... the standard error of their log-ratio, a third of how far runs of a quiet machine lie apart."""
HOPELESS_SPENT, HOPELESS_QUIET = 1 / 3, QUIET / 2
"""Share of the time, by which so small a share of undisturbed processes says that no run will come of it."""
PAIR_NOISE = 0.03
"""Likewise, of cold starts, and of rounds of files."""

FEWEST_CALLS = 10
"""Undisturbed calls whose p90 says anything."""


def enough_to_record(seen: Confirmation) -> bool:
    """Are these blocks a run?"""
    blocks = len(seen.log_ratios)
    if blocks >= MOST_BLOCKS:
        return True
    if blocks < FEWEST_BLOCKS or _quiet_share(seen) < QUIET:
        return False
    return stdev(seen.log_ratios) / math.sqrt(blocks) <= PRECISE


def hopeless(seen: Confirmation) -> bool:
    """Is the machine so disturbed that no run will be recorded however long it goes on?"""
    return bool(seen.spent) and seen.spent[-1] >= HOPELESS_SPENT and _quiet_share(seen) < HOPELESS_QUIET


def _quiet_share(seen: Confirmation) -> float:
    """Of the fresh processes."""
    return len(seen.quiet) / max(1, len(seen.turns))


def start_fault(start: Start, before: StoredStart, margin: float) -> str:
    """As `recording_fault`, of the cold starts of a run; of none nothing is wrong."""
    return pairs_fault(start.pairs, before, margin)


def pairs_fault(pairs: PairedSeconds, before: RecordedRuns, margin: float) -> str:
    """Likewise, of pairs that are taken whole."""
    if pairs.ratio is None:
        return ""
    timing = Timing(Estimate(median(pairs.variant_s)), pairs.ratio, confirmed=pairs.confirmation)
    return recording_fault(timing, before, margin, PAIR_NOISE)


def recording_fault(
    timing: Timing, before: RecordedRuns | None, margin: float, most_noise: float = NOISE
) -> str:
    """Why a run is not to be recorded as one more, in words; empty where it is.

    Args:
        before: what is recorded already.
        margin: how far from the middle of the recorded runs another one may lie, relatively.
        most_noise: largest standard error of its log-ratio.
    """
    values, controls, quiet_share = _sample(timing)
    if quiet_share < QUIET:
        what = "fresh processes" if timing.confirmed and timing.confirmed.turns else "pairs"
        return f"the machine was disturbed: {quiet_share:.0%} of the {what} were quiet"
    restless = disturbed(controls, None, 3 * BIAS)
    if restless:
        return f"the machine was disturbed: {restless}"
    error = stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    if error > most_noise:
        return f"the machine was disturbed: the ratio is known to {math.expm1(1.96 * error):.1%} only"
    if before is None or not before.runs or timing.ratio is None:
        return ""
    now = fmean(values) if _blocks(timing) else math.log(timing.ratio)
    apart = now - math.log(median(before.runs))
    if abs(apart) <= math.log1p(margin) + 1e-9:
        return ""
    slower, taken = ("slower", "accept") if apart > 0 else ("faster", "tighten")
    return (
        f"it is {abs(math.expm1(apart)):.1%} {slower} than the {len(before.runs)} recorded; if nothing disturbed it,"
        f" take it with --vc-baseline={taken}"
    )


def tail_fault(timing: Timing) -> str:
    """Why the slower calls of a run are not to be recorded, in words; empty where they are."""
    calls = timing.percentiles
    if calls is None or len(calls.variant_s) < FEWEST_CALLS or not calls.reference_s:
        return f"fewer than {FEWEST_CALLS} calls were undisturbed"
    # The control: a machine that makes the reference's slower calls so slow makes the variant's, too.
    far = quantile(calls.reference_s, 0.95) / median(calls.reference_s)
    return (
        ""
        if far <= SLACK
        else f"the machine was disturbed: p95 of the reference is {far:.2f} times its median"
    )


def _sample(timing: Timing) -> tuple[Sequence[float], Collection[float], float]:
    """Log-ratios and controls, and the share of it that was quiet: of blocks, or of pairs where there are none."""
    seen, fresh = _blocks(timing), timing.confirmed
    quiet_share = len(fresh.quiet) / len(fresh.turns) if fresh and fresh.turns else timing.quiet_share
    if seen:
        return seen.log_ratios, seen.controls, quiet_share
    return blocks(timing.log_ratios), blocks(timing.controls), quiet_share


def _blocks(timing: Timing) -> Confirmation | None:
    """What fresh processes showed, where that is what is recorded."""
    return timing.confirmed if timing.confirmed and len(timing.confirmed.log_ratios) > 1 else None
