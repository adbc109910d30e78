"""What the embeddings of what a test measured find, where it asks for that or its budget limits it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...gate.metrics import LIMITS
from .case import Case

if TYPE_CHECKING:
    from ...measure.report import Report
    from ...measure.subject import Subject
    from ..session import Session


def limits_search(case: Case) -> bool:
    """Does the test's budget limit what embeddings find?"""
    return any(LIMITS[name].metric.kind == "search" for name in case.budget.limits)


def with_search(session: Session, case: Case, subject: Subject, report: Report, place: str) -> Report:
    """The report, and its reference's, with what embeddings find: every clip asks for all others.

    Args:
        place: which of all measurements this is, the same in every run.
    """
    from ...measure.search.searched import searched

    reference, embeddings = session.references.of(case.model), session.embeddings
    base = embeddings.of_reference(reference)
    own = embeddings.of_subject(subject, reference, report.name, place, case.module)
    if session.options.share:
        return report  # a part of the clips ranks nothing
    beside, whole = report.reference, embeddings.search_of_reference(reference)
    return replace(
        report,
        search=searched(own, base, reference.targets, base=whole),
        reference=beside and replace(beside, search=whole),
    )
