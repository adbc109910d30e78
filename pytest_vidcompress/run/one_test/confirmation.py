"""A latency timed again in fresh processes: beside the reference, or beside the same variant of another commit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ...measure.report import Report, Timing
from ..confirmer import Trial
from .case import Case
from .measurements import Measurement

if TYPE_CHECKING:
    from ...measure.latency.timer import Stop
    from ..session import Session


def beside_reference(session: Session, case: Case, measurement: Measurement, stop: Stop) -> Report:
    """The report with what fresh processes say of its ratio to the reference; or why they cannot say.

    Args:
        stop: ends the blocks before the time is out.
    """
    report, timing = measurement.report, _timing(measurement)
    module = session.references.of(case.model).model.module
    try:
        seen = session.confirmer.beside_reference(_trial(session, case, measurement), module, stop)
    except VidcompressError as error:
        return replace(report, timing=replace(timing, unconfirmed=str(error)))
    return replace(report, timing=replace(timing, confirmed=seen))


def against_other_build(session: Session, case: Case, measurement: Measurement, stop: Stop) -> Report:
    """As `beside_reference`, of its ratio to what another commit makes of it; as it is where that makes nothing."""
    report, timing, build = measurement.report, _timing(measurement), session.other_build
    try:
        # A test's first measurement is the one that its other build has.
        arms = build.arms(case.nodeid) if build and report.identity.number == 1 else None
        if build is None or arms is None:
            return report
        seen = session.confirmer.beside_build(_trial(session, case, measurement), build, arms, stop)
    except VidcompressError as error:
        return replace(report, timing=replace(timing, unconfirmed=str(error)))
    return replace(report, timing=replace(timing, against=seen))


def _timing(measurement: Measurement) -> Timing:
    assert measurement.report.timing is not None  # what was not timed is no suspect
    return measurement.report.timing


def _trial(session: Session, case: Case, measurement: Measurement) -> Trial:
    from ...measure.measurement import first_clip

    report, subject = measurement.report, measurement.subject
    assert subject is not None  # a test is over when it is released
    assert report.reference is not None
    latency = _timing(measurement).latency
    return Trial(
        subject.run,
        first_clip(session.references.of(case.model).clips),
        latency + (report.reference.latency or latency),
        case.module,
        # The first call in a process builds what the others run with.
        builds=report.execution.runtime != "torch",
    )
