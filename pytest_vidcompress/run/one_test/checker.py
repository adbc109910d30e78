"""`vc_baseline`: holds what a test measured to what is stored, and to the test's budget."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...present.printable import printable
from ...present.width import WIDTH
from .case import Case
from .confirmation import against_other_build, beside_reference, with_more_calls
from .failing_blocks import with_failing_blocks
from .measurements import Measurement, Measurements

if TYPE_CHECKING:
    from ...gate.baseline.stored import Baseline
    from ...gate.verdict import Verdict
    from ...measure.latency.blocks import Confirmation
    from ...measure.report import Report
    from ..session import Session


@dataclass(repr=False)
class Checker:
    """Holds reports to the baseline."""

    session: Session
    case: Case
    measurements: Measurements
    command: str
    """The options to type to see a failure again."""
    properties: list[tuple[str, object]] = field(default_factory=list[tuple[str, object]])
    """The test's `user_properties`, which take every verdict."""
    width: int = WIDTH
    """Columns of the terminal."""
    failures: list[str] = field(default_factory=list[str])
    """The messages of the checks that failed."""

    def __repr__(self) -> str:
        return f"vc_baseline of {self.case.model}"

    def check(self, report: Report) -> None:
        """Judges every metric of `report`.

        Raises:
            AssertionError: one got worse than stored beyond its margin, or broke the budget; the message
                shows metric, stored, measured, limit and why.
            VidcompressError: it is not a report of this test.
        """
        __tracebackhide__ = True
        from ...present.formats.junit import note

        if self.session.options.share:
            return  # a part of the clips decides nothing
        measurement = self.measurements.find(report)
        report, verdicts = with_failing_blocks(self.session, measurement, *self._judge(measurement))
        self.measurements.check(report, verdicts)
        note(self.properties, report, verdicts)
        self._raise(measurement, verdicts)

    @property
    def complaint(self) -> str:
        """Why a test that is over and passed is not green all the same; empty where it is."""
        if self.failures:
            return (
                f"{self.failures[0]}\n  the test caught this failure: mark it xfail where it is meant to fail"
            )
        if not self.measurements.checked:
            return "the test asked for vc_baseline and held nothing to it: call vc_baseline.check(report)"
        short = next((report for report in self.measurements.unchecked if report.clips < report.sample), None)
        if short is not None:
            return printable(
                f"{short.name!r} was measured on {short.clips} of {short.sample} clips, which are enough for a check"
                " alone, and not checked: call vc_baseline.check(report), or give --vc-all-clips"
            )
        return ""

    def _judge(self, measurement: Measurement) -> tuple[Report, tuple[Verdict, ...]]:
        """The report as the latency rule needed it, and what the gate says of it."""
        from ...gate.judge import judge
        from ...gate.latency.answer_rule import stored_part
        from ...gate.latency.start_rule import stored_start
        from ...gate.verdict import Status, accepted, stored_now

        session, alpha = self.session, self.session.error_budget.alpha
        store = session.baselines.of_execution(self.case.model, measurement.report.execution)
        baseline = store.baseline(measurement.report.name)
        report = self._confirmed(measurement, baseline, alpha)
        report = with_more_calls(session, self.case, replace(measurement, report=report), baseline, alpha)
        verdicts = judge(
            report, baseline, self.case.budget, self.case.margins, against=session.against, alpha=alpha
        )
        session.error_budget.reject(
            sum(v.metric == "latency_ratio" and v.status is Status.FAILED for v in verdicts)
        )
        variant = f"{report.name} of {report.model}"
        if report.start is None and stored_start(baseline).runs:
            session.ledger.unmeasured |= {("start_ratio", variant)}
        if report.search is None and baseline.stored and baseline.stored.searched:
            session.ledger.unmeasured |= {("recall_at_1", variant)}
        if report.from_file is None and stored_part(baseline).runs:
            session.ledger.unmeasured |= {("answer_ratio", variant)}
        taken = {"create": stored_now, "accept": accepted}.get(session.options.mode)
        return report, tuple(map(taken, verdicts)) if taken else verdicts

    def _confirmed(self, measurement: Measurement, baseline: Baseline, alpha: float) -> Report:
        """The report as the latency rule needs it: confirmed where the screen leaves a doubt."""
        from ...gate.latency.criterion import criteria, stopping, suspects

        report, session, case = measurement.report, self.session, self.case
        timing = report.timing
        if timing is None or not timing.log_ratios or timing.confirmed or timing.against:
            return report
        if session.options.mode != "check":
            # What is stored must be known as well as what will be held to it.
            report = beside_reference(session, case, measurement, self._recorded)
            if session.against:
                report = against_other_build(
                    session, case, replace(measurement, report=report), self._recorded
                )
            return report
        held_to = criteria(baseline, case.budget, case.margins, session.against)
        doubtful = suspects(timing.log_ratios, held_to)
        recorded = [criterion for criterion in doubtful if not criterion.builds]
        builds = [criterion for criterion in doubtful if criterion.builds]
        if recorded:
            report = beside_reference(session, case, measurement, stopping(recorded, alpha))
        if builds:
            report = against_other_build(
                session, case, replace(measurement, report=report), stopping(builds, alpha)
            )
        return report

    def _recorded(self, seen: Confirmation) -> bool:
        """Ends the blocks of a run that is stored."""
        from ...gate.baseline.recording import enough_to_record, hopeless

        # What is taken over by hand is taken from whatever machine there is.
        return enough_to_record(seen) or (self.session.options.mode == "create" and hopeless(seen))

    def _raise(self, measurement: Measurement, verdicts: tuple[Verdict, ...]) -> None:
        __tracebackhide__ = True
        from ...gate.verdict import Status, fails
        from ...present.message import message
        from ..bundle.evidence import Failure, forget, look_again

        options, report, nodeid = self.session.options, measurement.report, self.case.nodeid
        # What is about to be stored is new, and no failure.
        stores = options.mode in ("create", "accept")
        held = [v for v in verdicts if v.status is not Status.NEW or not stores]
        if not any(fails(verdict, options.strict) for verdict in held):
            forget(self.session, nodeid, report.identity.number)
            return
        said = message(report, verdicts, nodeid, self.command, options.strict, self.width)
        kept = look_again(self.session, Failure(nodeid, measurement, verdicts, self.command))
        self.failures.append("\n".join(filter(None, (said, printable(kept)))))
        raise AssertionError(self.failures[-1])
