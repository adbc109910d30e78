"""A latency timed again in fresh processes: beside the reference, or beside the same variant of another commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ...measure.latency.failure import FreshProcessError
from ...measure.report import Report, Timing
from ..confirmer import Trial
from .case import Case
from .measurements import Measurement

if TYPE_CHECKING:
    import torch

    from ...clips.loader import Clips
    from ...gate.baseline.stored import Baseline
    from ...measure.latency.timer import Stop
    from ..session import Session


def beside_reference(session: Session, case: Case, measurement: Measurement, stop: Stop) -> Report:
    """The report with what fresh processes say of its ratio to the reference; or why they cannot say.

    Args:
        stop: ends the blocks before the time is out.
    """
    from ...measure.by_clip.counted_cost import usual_clip

    timing = _timing(measurement)
    module = session.references.of(case.model).model.module

    def confirmed() -> Timing:
        cost = measurement.report.cost
        trial = _trial(session, case, measurement, lambda clips: usual_clip(clips, cost))
        return replace(timing, confirmed=session.confirmer.beside_reference(trial, module, stop))

    return _with(session, measurement.report, timing, confirmed)


def against_other_build(session: Session, case: Case, measurement: Measurement, stop: Stop) -> Report:
    """As `beside_reference`, of its ratio to what another commit makes of it; as it is where that makes nothing."""
    from ...measure.measurement import first_clip

    timing, build = _timing(measurement), session.other_build

    def confirmed() -> Timing:
        # A test's first measurement is the one that its other build has.
        arms = build.arms(case.nodeid) if build and measurement.report.identity.number == 1 else None
        if build is None or arms is None:
            return timing
        # The other build was written with this clip.
        trial = _trial(session, case, measurement, first_clip)
        return replace(timing, against=session.confirmer.beside_build(trial, build, arms, stop))

    return _with(session, measurement.report, timing, confirmed)


def with_more_calls(
    session: Session, case: Case, measurement: Measurement, baseline: Baseline, alpha: float
) -> Report:
    """The report with as many calls in the test's own process as its slower ones need to be judged."""
    from ...gate.latency.tail_rule import stopping, tail_criteria
    from ...measure.latency.timer import CONFIRMED_S
    from ...measure.measurement import timed_on

    report, subject, longest_s = measurement.report, measurement.subject, session.options.confirm_s
    timing = report.timing
    if subject is None or timing is None or timing.more_calls or longest_s == 0:
        return report
    enough = stopping(tail_criteria(baseline, case.budget, case.margins, alpha), timing, alpha)
    if enough is None:
        return report
    budget_s = CONFIRMED_S if longest_s is None else longest_s
    return timed_on(report, subject, session.references.of(case.model), enough, budget_s, session.progress)


def _with(session: Session, report: Report, timing: Timing, confirmed: Callable[[], Timing]) -> Report:
    """The report with the timing that fresh processes confirmed; or with why they did not."""
    if session.options.confirm_s == 0:
        return replace(report, timing=replace(timing, unconfirmed="--vc-confirm=0 starts no fresh process"))
    try:
        timing = confirmed()
    except FreshProcessError as error:
        crash = error.failure.text if error.failure.of_variant else ""
        timing = replace(timing, unconfirmed=str(error), crash=crash)
    except VidcompressError as error:
        timing = replace(timing, unconfirmed=str(error))
    return replace(report, timing=timing)


def _timing(measurement: Measurement) -> Timing:
    assert measurement.report.timing is not None  # what was not timed is no suspect
    return measurement.report.timing


def _trial(
    session: Session, case: Case, measurement: Measurement, shown: Callable[[Clips], torch.Tensor]
) -> Trial:
    report, subject = measurement.report, measurement.subject
    assert subject is not None  # a test is over when it is released
    assert report.reference is not None
    latency = _timing(measurement).latency
    return Trial(
        subject.run,
        shown(session.references.of(case.model).clips),
        latency + (report.reference.latency or latency),
        case.module,
        # The first call in a process builds what the others run with, or wakes the device.
        builds=report.execution.runtime != "torch" or bool(report.execution.device),
    )
