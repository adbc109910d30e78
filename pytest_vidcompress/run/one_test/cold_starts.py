"""Cold starts of what a test measured, where its budget or the option asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..starter import StartTrial
from .case import Case
from .early_end import deciding_baseline, never

if TYPE_CHECKING:
    from ...measure.latency.blocks import Confirmation
    from ...measure.report import Report
    from ...measure.subject import Subject
    from ..session import Session


def with_cold_starts(session: Session, case: Case, subject: Subject, report: Report) -> Report:
    """The report with the cold starts of its subject, in turns with those of its reference."""
    from ...gate.latency.level import START_PAIRS
    from ...gate.latency.start_rule import METRIC
    from ...measure.measurement import first_clip

    pairs = session.options.starts or (START_PAIRS if METRIC in case.budget.limits else 0)
    if not pairs:
        return report
    reference = session.references.of(case.model)
    trial = StartTrial(subject, reference.model, first_clip(reference.clips), pairs, case.module)
    return replace(report, start=session.starter.start(trial, _stop(session, case, report)))


def _stop(session: Session, case: Case, report: Report) -> Callable[[Confirmation], bool]:
    """What ends the starts before all pairs are there: nothing where they are recorded, or held to nothing."""
    from ...gate.latency.criterion import stopping
    from ...gate.latency.start_rule import start_criteria

    baseline = deciding_baseline(session, case, report)
    criteria = start_criteria(baseline, case.budget, case.margins) if baseline else ()
    return stopping(criteria, session.error_budget.alpha) if criteria else never
