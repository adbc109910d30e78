"""The rule for ratios of pairs that are taken whole: one fails when worse by more than its margin, and surely worse.

Each pair is one of the variant and one of its reference, weighed by the sequential test that weighs blocks of calls.
Cold starts are such pairs, and rounds of files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...measure.paired_seconds import PairedSeconds
from ..baseline.recorded_runs import RecordedRuns
from ..verdict import Remedy, Status, Verdict
from .criterion import Criterion
from .level import ENOUGH_RUNS, start_level
from .rule import ruled_out
from .sequential_test import Analysis, Decision, analyse


@dataclass(frozen=True)
class Words:
    """What is said of a metric."""

    metric: str
    slower: str
    """Than something: `slower to start`."""
    faster: str
    pairs: str
    """`pairs of starts`."""
    missing: str
    """Of a budget on what was not taken in this run: `not started in this run`."""
    more: Remedy
    """What takes more of them."""


def recorded_criterion(stored: RecordedRuns, margin: float) -> Criterion | None:
    """What recorded runs hold a ratio to; None of too few."""
    level = start_level(stored, margin)
    if level is None:
        return None
    whose = f"{len(stored.runs)} recorded runs plus {margin:.0%}"
    return Criterion(level, whose, stored=math.exp(level.log_ratio))


def weighed(
    pairs: PairedSeconds, criterion: Criterion, alpha: float, words: Words, grown: str = ""
) -> Verdict:
    """What the pairs say.

    Args:
        alpha: chance of a false failure.
        grown: which parts take longer, in words.
    """
    seen = pairs.confirmation
    analysis = analyse(seen, criterion.level, alpha)
    status, reason = _decided(analysis, criterion, len(seen.quiet), words)
    if status is not Status.PASSED and grown:
        reason = f"{reason}: {grown}"
    remedy = words.more if status is Status.INCONCLUSIVE else Remedy.NONE
    if status is Status.FAILED and criterion.rule == "baseline":
        remedy = Remedy.ACCEPT
    shown = bool(analysis.blocks)
    disturbed = len(seen.turns) - len(seen.quiet)
    aside = f" ({disturbed} more disturbed)" if disturbed else ""
    chance = f", p={analysis.p:.2g} where all looks are allowed {alpha:.2g}" if shown else ""
    return Verdict(
        words.metric,
        status,
        math.exp(analysis.estimate) if shown else None,
        criterion.stored,
        math.exp(criterion.level.limit),
        reason,
        f"{len(seen.quiet)} {words.pairs}{aside}{chance}",
        criterion.rule,
        interval=(math.exp(analysis.interval[0]), math.exp(analysis.interval[1])) if shown else None,
        visible=math.expm1(analysis.visible),
        ruled_out=ruled_out(analysis, criterion) if status is Status.PASSED else None,
        remedy=remedy,
    )


def new(pairs: PairedSeconds, stored: RecordedRuns, words: Words) -> Verdict:
    """Of what too few runs are recorded of."""
    assert pairs.ratio is not None  # there are pairs
    recorded = f"{len(stored.runs)} of {ENOUGH_RUNS} runs were" if stored.runs else "no run was"
    return Verdict(
        words.metric,
        Status.NEW,
        float(pairs.ratio),
        stored.ratio,
        None,
        f"{recorded} recorded on this machine class",
        f"{len(pairs.variant_s)} {words.pairs}",
        interval=pairs.ratio.interval,
        remedy=Remedy.CREATE,
    )


def unmeasured(criterion: Criterion, words: Words) -> Verdict:
    """Of a budget, where nothing was taken in this run."""
    limit = math.exp(criterion.level.limit)
    return Verdict(words.metric, Status.INCONCLUSIVE, None, None, limit, words.missing, rule="budget")


def _decided(analysis: Analysis, criterion: Criterion, quiet: int, words: Words) -> tuple[Status, str]:
    if analysis.decision is Decision.WORSE:
        return Status.FAILED, f"{words.slower} than {criterion.whose}"
    if analysis.decision is Decision.FINE:
        faster = criterion.stored is not None and math.exp(analysis.interval[1]) < criterion.stored
        return Status.PASSED, f"{words.faster} than stored" if faster else f"within {criterion.whose}"
    if not analysis.blocks:
        return Status.INCONCLUSIVE, f"{quiet} undisturbed {words.pairs} are too few"
    if analysis.veto:
        return Status.INCONCLUSIVE, f"{words.slower} than {criterion.whose}, but {analysis.veto}"
    return Status.INCONCLUSIVE, f"not surely within {criterion.whose}, which may be noise"
