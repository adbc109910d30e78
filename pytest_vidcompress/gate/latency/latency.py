"""The rule for time: a ratio fails when it is worse by more than the margin, and surely worse.

Two steps: a screen on the pairs of the test's own process lets the clearly fine pass; the others are confirmed,
or cleared, by blocks in fresh processes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from ...measure.latency.blocks import Confirmation
from ...measure.report import Report
from ..baseline.stored import StoredTiming
from ..budget import Budget, Margins
from ..verdict import Status, Verdict
from .level import ENOUGH_RUNS, Level, budget_level, other_build, screen_level, stored_level
from .screen import FEWEST_PAIRS, clearly_fine, visible
from .sequential_test import Looks, Outcome, Weighed, weigh

Rule = Literal["baseline", "budget"]


@dataclass(frozen=True)
class Hold:
    """One level that a report's latency is held to."""

    level: Level
    whose: str
    rule: Rule = "baseline"
    stored: float | None = None
    """Of the baseline, to show."""
    builds: bool = False
    """The variant is timed against another build of itself, not against its reference."""
    recorded_screen: Level | None = None
    """Of the recorded runs, what the test's own process showed; None where that is not known."""

    @property
    def screen(self) -> Level:
        """What the pairs of the test's own process are held to."""
        return self.recorded_screen or self.level


def level_hold(
    timing: StoredTiming | None, peers: Iterable[StoredTiming], against: str, margins: Margins
) -> Hold | None:
    """What is stored, where enough runs were recorded on this machine class; else the build of `against`."""
    peers = tuple(peers)
    level = stored_level(timing, peers, margins.latency) if timing else None
    if timing and level:
        whose = f"{len(timing.runs)} recorded runs plus {margins.latency:.0%}"
        screen = screen_level(timing, peers, margins.latency)
        return Hold(level, whose, stored=math.exp(level.log_ratio), recorded_screen=screen)
    if against:
        level = other_build(margins.latency)
        return Hold(level, f"the build of {against} plus {margins.latency:.0%}", stored=1.0, builds=True)
    return None


def budget_hold(budget: Budget) -> Hold | None:
    """The test's own limit."""
    limit = budget.latency_ratio
    return None if limit is None else Hold(budget_level(limit), "the budget", "budget")


def holds(
    timing: StoredTiming | None,
    peers: Iterable[StoredTiming],
    against: str,
    budget: Budget | None,
    margins: Margins,
) -> tuple[Hold, ...]:
    """Everything that a variant's latency is held to."""
    both = level_hold(timing, peers, against, margins), budget_hold(budget or Budget())
    return tuple(hold for hold in both if hold)


def open_holds(report: Report, holds: Iterable[Hold]) -> tuple[Hold, ...]:
    """Those that the screen does not clear: a variant's other build is in no screen."""
    return tuple(hold for hold in holds if hold.builds or not clearly_fine(report.log_ratios, hold.screen))


def stopping(holds: Iterable[Hold], alpha: float) -> Callable[[Confirmation], bool]:
    """Ends a confirmation when it has decided all of `holds`; to be asked after every block."""
    looks = [Looks(hold.level, alpha) for hold in holds]

    def decided(seen: Confirmation) -> bool:
        # All of them look, or one that was decided late would have missed the looks before.
        return Outcome.OPEN not in [each.look(seen) for each in looks]

    return decided


def hold_latency(report: Report, hold: Hold, alpha: float) -> Verdict:
    """The verdict of one hold; `alpha` is the chance of a false failure."""
    if report.latency_ratio is None or not report.log_ratios:
        return _untimed(hold)
    seen = report.against if hold.builds else report.confirmed
    if seen is None:
        return _screened(report, hold)
    return _confirmed(seen, hold, alpha)


def no_hold(report: Report, timing: StoredTiming | None, against: str = "") -> Verdict:
    """The verdict without anything to hold to, also in the build of `against`."""
    stored = timing.latency_ratio if timing else None
    if report.latency_ratio is None:
        return Verdict("latency_ratio", Status.INCONCLUSIVE, None, stored, None, "not timed in this run")
    runs = len(timing.runs) if timing else 0
    reason = "no run was" if runs == 0 else f"{runs} of {ENOUGH_RUNS} runs were"
    absent = f", and {against} does not measure this" if against else ""
    return Verdict(
        "latency_ratio",
        Status.NEW,
        float(report.latency_ratio),
        stored,
        None,
        f"{reason} recorded on this machine class{absent}; record one with --vc-baseline=create",
        f"{len(report.log_ratios)} pairs",
        interval=report.latency_ratio.interval,
    )


def _screened(report: Report, hold: Hold) -> Verdict:
    assert report.latency_ratio is not None
    pairs = len(report.log_ratios)
    if open_holds(report, [hold]):
        status = Status.INCONCLUSIVE
        reason = (
            f"not clearly within {hold.whose}; {report.unconfirmed or 'not confirmed in fresh processes'}"
        )
    else:
        faster = hold.stored is not None and report.latency_ratio.high < math.exp(hold.screen.log_ratio)
        status, reason = Status.PASSED, "faster than stored" if faster else f"clearly within {hold.whose}"
    return Verdict(
        "latency_ratio",
        status,
        float(report.latency_ratio),
        None if hold.stored is None else math.exp(hold.screen.log_ratio),
        math.exp(hold.screen.limit),
        reason,
        f"{pairs} pairs in the test's process",
        hold.rule,
        interval=report.latency_ratio.interval,
        visible=math.expm1(visible(report.log_ratios, hold.screen)) if pairs >= FEWEST_PAIRS else math.inf,
    )


def _confirmed(seen: Confirmation, hold: Hold, alpha: float) -> Verdict:
    weighed = weigh(seen, hold.level, alpha)
    if weighed.outcome is Outcome.FINE:
        status, reason = Status.PASSED, f"within {hold.whose}"
    elif weighed.outcome is Outcome.WORSE:
        status, reason = Status.FAILED, f"slower than {hold.whose}, and surely slower"
    elif weighed.veto:
        status = Status.INCONCLUSIVE
        reason = f"slower than {hold.whose}, but the machine is disturbed: {weighed.veto}"
    elif weighed.blocks == 0:
        quiet, turns = len(seen.quiet), len(seen.turns)
        status = Status.INCONCLUSIVE
        reason = (
            f"in the time of --vc-confirm {quiet} of {turns} fresh processes were undisturbed: too few to say"
        )
    else:
        status, reason = Status.INCONCLUSIVE, f"slower than {hold.whose}, but this may be noise"
    return Verdict(
        "latency_ratio",
        status,
        math.exp(weighed.estimate) if weighed.blocks else None,
        hold.stored,
        math.exp(hold.level.limit),
        reason,
        _evidence(seen, weighed, alpha),
        hold.rule,
        interval=(math.exp(weighed.interval[0]), math.exp(weighed.interval[1])) if weighed.blocks else None,
        visible=math.expm1(weighed.visible) if weighed.blocks else math.inf,
    )


def _evidence(seen: Confirmation, weighed: Weighed, alpha: float) -> str:
    disturbed = len(seen.turns) - len(seen.quiet)
    aside = f" ({disturbed} more disturbed)" if disturbed else ""
    said = f"{weighed.blocks} blocks, {seen.pairs} pairs in {len(seen.quiet)} fresh processes{aside}"
    return f"{said}, p={weighed.p:.2g} where all looks are allowed {alpha:.2g}"


def _untimed(hold: Hold) -> Verdict:
    limit = math.exp(hold.level.limit)
    reason = "not timed in this run"
    return Verdict("latency_ratio", Status.INCONCLUSIVE, None, hold.stored, limit, reason, rule=hold.rule)
