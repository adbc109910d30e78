"""What a variant's latency is held to: recorded runs or another build of it, and the test's own budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ...measure.latency.blocks import Confirmation
from ..baseline.stored import Baseline
from ..budget import Budget, Margins
from .level import Level, budget_level, other_build, screen_level, slowed_build, stored_level
from .screen import clearly_fine
from .sequential_test import Decision, Looks

Rule = Literal["baseline", "budget"]


@dataclass(frozen=True)
class Criterion:
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


def baseline_criterion(baseline: Baseline, margins: Margins, against: str = "") -> Criterion | None:
    """What is stored, where enough runs were recorded on this machine class; else the build of `against`."""
    timing, peers = baseline.timing, baseline.peers
    level = stored_level(timing, peers, margins.latency) if timing else None
    if timing and level:
        whose = f"{len(timing.runs)} recorded runs plus {margins.latency:.0%}"
        screen = screen_level(timing, peers, margins.latency)
        return Criterion(level, whose, stored=math.exp(level.log_ratio), recorded_screen=screen)
    if against and baseline.slowdown:
        ratio = baseline.slowdown.ratio
        whose = f"the {ratio:.3g} times of {against}'s build that were accepted plus {margins.latency:.0%}"
        return Criterion(slowed_build(ratio, margins.latency), whose, stored=ratio, builds=True)
    if against:
        level = other_build(margins.latency)
        return Criterion(level, f"the build of {against} plus {margins.latency:.0%}", stored=1.0, builds=True)
    return None


def budget_criterion(budget: Budget) -> Criterion | None:
    """The test's own limit."""
    limit = budget.limits.get("latency_ratio")
    return None if limit is None else Criterion(budget_level(limit), "the budget", "budget")


def criteria(
    baseline: Baseline, budget: Budget | None, margins: Margins, against: str = ""
) -> tuple[Criterion, ...]:
    """Everything that a variant's latency is held to."""
    both = baseline_criterion(baseline, margins, against), budget_criterion(budget or Budget())
    return tuple(criterion for criterion in both if criterion)


def suspects(log_ratios: Sequence[float], criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Those that the screen does not clear: a variant's other build is in no screen."""
    return tuple(
        criterion
        for criterion in criteria
        if criterion.builds or not clearly_fine(log_ratios, criterion.screen)
    )


def stopping(criteria: Iterable[Criterion], alpha: float) -> Callable[[Confirmation], bool]:
    """Ends a confirmation when it has decided all of `criteria`; to be asked after every block."""
    looks = [Looks(criterion.level, alpha) for criterion in criteria]

    def decided(seen: Confirmation) -> bool:
        # All of them look, or one that was decided late would have missed the looks before.
        return Decision.OPEN not in [each.look(seen) for each in looks]

    return decided
