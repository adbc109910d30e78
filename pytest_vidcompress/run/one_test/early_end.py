"""What a measurement is held to, where that decides when it may end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .case import Case

if TYPE_CHECKING:
    from ...gate.baseline.stored import Baseline
    from ...measure.report import Report
    from ..session import Session


def deciding_baseline(session: Session, case: Case, report: Report) -> Baseline | None:
    """The baseline of a report; None where all is measured, because it is recorded or held to nothing."""
    if session.options.mode != "check" or not case.checks:
        return None
    return session.baselines.of_execution(case.model, report.execution).baseline(report.name)


def never(_: object) -> bool:
    """Ends nothing before its time."""
    return False
