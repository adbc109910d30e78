"""The way from clips' files to answers, of what a test measured, where its budget or the option asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .case import Case
from .early_end import deciding_baseline, never

if TYPE_CHECKING:
    from ...measure.from_file.from_file import Stop
    from ...measure.report import Report
    from ...measure.subject import Subject
    from ..session import Session


def with_file_answers(session: Session, case: Case, subject: Subject, report: Report) -> Report:
    """The report with its subject's way from files to answers, in turns with that of its reference."""
    from ...gate.latency.answer_rule import METRICS_OF_PARTS
    from ...gate.latency.level import START_PAIRS

    limited = not METRICS_OF_PARTS.keys().isdisjoint(case.budget.limits)
    rounds = session.options.answers or (START_PAIRS if limited else 0)
    if not rounds:
        return report
    from ...measure.from_file.file_alternation import Trial, from_file

    reference = session.references.of(case.model)
    trial = Trial(subject, reference.model, reference.clips, rounds)
    return replace(report, from_file=from_file(trial, _stop(session, case, report), session.progress))


def _stop(session: Session, case: Case, report: Report) -> Stop:
    """What ends the rounds before all are there: nothing where they are recorded, or held to nothing."""
    from ...gate.latency.answer_rule import stopping_rounds

    baseline = deciding_baseline(session, case, report)
    if baseline is None:
        return never
    return stopping_rounds(baseline, case.budget, case.margins, session.error_budget.alpha)
