"""What the gate says about one metric, and about everything that one test measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from ..measure.report import Report


class Status(StrEnum):
    """In the order of concern, the worst first."""

    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NEW = "new"
    PASSED = "passed"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Status).index(self)


class Remedy(StrEnum):
    """The option that settles a verdict that did not pass, to be typed with the test; empty where none does."""

    NONE = ""
    CREATE = "--vc-baseline=create"
    ACCEPT = "--vc-baseline=accept"
    ALL_CLIPS = "--vc-all-clips"
    LONGER = "--vc-confirm=120"
    """Longer than by default."""
    STARTS = "--vc-start=40"
    """More than by default."""
    ROUNDS = "--vc-answer=40"
    """Likewise."""


UNSTORED = "nothing is stored yet"


@dataclass(frozen=True)
class Verdict:
    """One metric held against its baseline or its budget; numbers in the metric's own unit."""

    metric: str
    status: Status
    measured: float | None
    stored: float | None
    """Of the baseline; None where there is none, and for a budget."""
    limit: float | None
    """The worst value that would not have failed."""
    reason: str
    evidence: str = ""
    """The sample behind the decision: clips or pairs, and how sure it makes."""
    rule: Literal["baseline", "budget"] = "baseline"
    interval: tuple[float, float] | None = None
    """95 % interval of `measured`; None where nothing is uncertain."""
    visible: float | None = None
    """Smallest regression that would have failed with 90 % power: a share of clips, or relative for times;
    infinite when none would have, None where one unit more already does."""
    ruled_out: float | None = None
    """Of what passed before its time was out: the smallest regression, relative, that the little it took excludes at
    99.5 %; `visible` is what would have failed, as a regression would have been looked at for longer."""
    remedy: Remedy = Remedy.NONE
    file: str = ""
    """Name of the baseline file that it was held to; empty where there is none, and for a budget."""


@dataclass(frozen=True)
class Result:
    """A report and what the gate said about it; no verdicts when the test only measured."""

    report: Report
    verdicts: tuple[Verdict, ...] = ()
    nodeid: str = ""
    """Of the test that measured it, with parameters, when it is the report that its benchmark shows."""

    @property
    def status(self) -> Status:
        """The worst of the verdicts."""
        return worst(verdict.status for verdict in self.verdicts)

    def metrics(self, status: Status) -> tuple[str, ...]:
        """What has this status: of a row that is new, that may be its time alone."""
        return tuple(dict.fromkeys(verdict.metric for verdict in self.verdicts if verdict.status is status))


def worst(statuses: Iterable[Status]) -> Status:
    """The one of most concern; passed when there is none."""
    return min(statuses, key=lambda status: status.rank, default=Status.PASSED)


def fails(verdict: Verdict, strict: bool) -> bool:
    """Does this verdict fail its test? Under `strict`, what is new or inconclusive does too."""
    return verdict.status is Status.FAILED or (strict and verdict.status is not Status.PASSED)


def accepted(verdict: Verdict) -> Verdict:
    """The verdict when what got worse is taken over; a budget, and nothing measured, still fail."""
    if verdict.status is Status.PASSED or verdict.rule == "budget" or verdict.measured in (None, 0):
        return stored_now(verdict)
    return replace(verdict, status=Status.PASSED, reason=f"accepted: {verdict.reason}")


def stored_now(verdict: Verdict) -> Verdict:
    """The verdict in a run that writes what is missing: there is nothing left to type for that."""
    if verdict.status is not Status.NEW or verdict.remedy is not Remedy.CREATE:
        return verdict
    return replace(verdict, reason=f"{verdict.reason}; this run stores it, if it passes", remedy=Remedy.NONE)
