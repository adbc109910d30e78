"""`vc_measure`: what a test calls to measure something."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from ..gate.budget import Margins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from ..gate.accuracy import Enough
    from ..gate.baseline.stored import Baseline
    from ..gate.budget import Budget
    from ..gate.verdict import Verdict
    from ..measure.latency.pairs import Driver
    from ..measure.latency.timer import Stop
    from ..measure.measurement import Reference
    from ..measure.report import Report
    from ..measure.subject import Subject, Target
    from .session import Session

STORED_BLOCKS = 12
"""Blocks of a run that is recorded."""


@dataclass(repr=False)
class Measurer:
    """Measures variants, modules or callables beside the test's model; one `Report` a call."""

    session: Session
    model: str
    nodeid: str
    """Of the test, with its parameters."""
    driver: Driver
    """pytest-benchmark's `pedantic`; it drives the first call of a test, which is what its table shows."""
    timed: bool
    extra_info: dict[str, Any]
    budget: Budget | None = None
    """From the test's `vc_budget` marker: its limits on accuracy may need more clips than the baseline."""
    checks: bool = False
    """The test holds what it measures to the baseline: then clips beyond what decides that are left out."""
    margins: Margins = field(default_factory=Margins)
    """From the options and the test's `vc_margin` marker."""
    module: ModuleType | None = None
    """Of the test."""
    reports: list[Report] = field(default_factory=list["Report"])
    """What this test measured, in order."""
    _subjects: list[Subject] = field(default_factory=list["Subject"])
    """Of the reports."""

    def __repr__(self) -> str:
        return f"vc_measure beside {self.model}"

    def __call__(self, target: Target, *, name: str | None = None) -> Report:
        """Measures `target`.

        Args:
            target: a variant from `vc_variant`, an artefact from `load`, any `nn.Module`, or any callable that
                maps pixels `(1, T, C, H, W)` to logits `(1, labels)`.
            name: its name in tables and baselines; by default the recipe, or the name of the test.
        """
        from ..measure.measurement import Evaluation, measure, timed
        from ..measure.subject import Subject

        subject = Subject.of(target)
        if self.session.options.export:
            from ..other_commit.arms import export

            clips = self.session.clips(self.model)
            export(self.session.options.export, self.nodeid, subject.run, clips, self.module)
        first = not self.reports
        if first and not self.timed:
            self.driver(_nothing, setup=_nothing, teardown=_nothing, rounds=1)  # or it warns of being unused
        name = name or subject.name or self._default_name
        reference = self.session.reference(self.model)
        predictions = self.session.keeper.of_variant(subject.run, reference.model, name, self._place)
        evaluation = Evaluation(
            self.session.progress, self._enough(name, reference), predictions and predictions.remembering
        )
        report = measure(subject, reference, name, self.test, evaluation)
        if self.timed:
            driver = self.driver if first else None
            report = timed(report, subject, reference, driver, self._clearly_fine(name, subject.runtime))
        report = self.session.profiler.look(report, subject, reference)
        self.reports.append(report)
        self._subjects.append(subject)
        self.keep(report, ())
        return report

    @property
    def _default_name(self) -> str:
        return self.test + (f"#{len(self.reports) + 1}" if self.reports else "")

    def release(self) -> None:
        """Lets go of the models that were measured, when the test is over."""
        self._subjects.clear()

    def confirm(self, report: Report, stop: Stop, against: bool = False) -> Report:
        """The report with what fresh processes say of its latency; with the reason where they cannot say.

        Args:
            stop: ends the blocks before the time is out.
            against: beside the build of another commit, not beside the reference.
        """
        from ..measure.measurement import first_clip

        place = next(place for place, known in enumerate(self.reports) if known is report)
        confirmer, reference = self.session.confirmer, self.session.reference(self.model)
        variant, pixels = self._subjects[place].run, first_clip(reference.clips)
        timing = report.timing
        assert timing is not None
        assert report.reference is not None
        pair_s = timing.latency + (report.reference.latency or timing.latency)
        builds = report.execution.runtime != "torch"
        try:
            if against:
                build = self.session.other_build
                arms = build.arms(self.nodeid) if build and place == 0 else None
                if build is None or arms is None:
                    return report
                seen = confirmer.beside_build(variant, build, arms, pixels, pair_s, stop, self.module, builds)
                timing = replace(timing, against=seen)
            else:
                module = reference.model.module
                seen = confirmer.beside_reference(variant, module, pixels, pair_s, stop, self.module, builds)
                timing = replace(timing, confirmed=seen)
        except VidcompressError as error:
            timing = replace(timing, unconfirmed=str(error))
        confirmed = replace(report, timing=timing)
        self.reports[place] = confirmed
        return confirmed

    def _enough(self, name: str, reference: Reference) -> Enough | None:
        """What ends the evaluation early; None where all clips are wanted, as by what writes a baseline."""
        options = self.session.options
        if options.mode != "check" or options.all_clips or not self.checks:
            return None
        from ..gate.accuracy import stopping

        stored = self.session.store(self.model).entries.get(name)
        return stopping(stored, reference.report, self.budget, self.margins)

    def _clearly_fine(self, name: str, runtime: str) -> Callable[[Sequence[float]], bool] | None:
        """What ends the timed pairs early: nothing is in doubt; None where they are to be recorded."""
        from ..gate.latency.criterion import criteria
        from ..gate.latency.screen import clearly_fine

        if self.session.options.mode != "check" or not self.checks:
            return None
        # Another build is in no screen.
        held = criteria(self.session.store(self.model, runtime).baseline(name), self.budget, self.margins)
        if not held:
            return None
        return lambda log_ratios: all(clearly_fine(log_ratios, hold.screen) for hold in held)

    @property
    def _place(self) -> str:
        """Which of all measurements the next one is, the same in every run."""
        return f"{self.nodeid} {len(self.reports) + 1}"

    @property
    def test(self) -> str:
        """`path/test_file.py::test_name`, without parameters: a baseline key that survives renumbering."""
        return self.nodeid.partition("[")[0]

    def keep(self, report: Report, verdicts: tuple[Verdict, ...], replaces: Report | None = None) -> None:
        """Notes what is known of a report now, in the ledger and in what pytest-benchmark exports."""
        from ..gate.verdict import Result
        from ..present.formats.report_json import as_json

        first = report is self.reports[0]
        self.session.ledger.record(Result(report, verdicts, self.nodeid if first else ""), replaces)
        if first:
            self.extra_info["vidcompress"] = as_json(report, verdicts)


def _nothing() -> None:
    pass


@dataclass(repr=False)
class Checker:
    """`vc_baseline`: holds reports against what is stored and against the test's budget."""

    measurer: Measurer
    command: str
    """The options to type to see a failure again."""
    checked: int = 0
    properties: list[tuple[str, object]] = field(default_factory=list[tuple[str, object]])
    """The test's `user_properties`, which take every verdict."""

    def __repr__(self) -> str:
        return f"vc_baseline of {self.measurer.model}"

    def check(self, report: Report) -> None:
        """Judges every metric of `report`.

        Raises:
            AssertionError: one got worse than stored beyond its margin, or broke the budget; the message
                shows metric, stored, measured, limit and why.
        """
        __tracebackhide__ = True
        from ..gate.judge import judge
        from ..gate.verdict import Status, accepted, fails
        from ..present.formats.junit import note
        from ..present.message import message

        self.checked += 1
        session = self.measurer.session
        store = session.store(self.measurer.model, report.execution.runtime)
        margins, alpha = self.measurer.margins, session.family.alpha
        baseline = store.baseline(report.name)
        measured, report = report, self._confirmed(report, baseline, alpha)
        verdicts = judge(
            report, baseline, self.measurer.budget, margins, against=session.against, alpha=alpha
        )
        session.family.reject(
            sum(v.metric == "latency_ratio" and v.status is Status.FAILED for v in verdicts)
        )
        if session.options.mode == "accept":
            verdicts = tuple(accepted(verdict) for verdict in verdicts)
        self.measurer.keep(report, verdicts, replaces=measured)
        note(self.properties, report, verdicts)
        # What `create` is about to store is new, and no failure.
        held = [v for v in verdicts if v.status is not Status.NEW or session.options.mode != "create"]
        if any(fails(verdict, session.options.strict) for verdict in held):
            raise AssertionError(
                message(report, verdicts, self.measurer.nodeid, self.command, session.options.strict)
            )

    def _confirmed(self, report: Report, baseline: Baseline, alpha: float) -> Report:
        """The report as the latency rule needs it: confirmed where the screen leaves a doubt."""
        from ..gate.latency.criterion import criteria, stopping, suspects

        if report.reference is None or report.timing is None or not report.timing.log_ratios:
            return report
        session = self.measurer.session
        if session.options.mode != "check":
            # What is stored must be known as well as what will be held to it.
            return self.measurer.confirm(report, lambda seen: len(seen.log_ratios) >= STORED_BLOCKS)
        measurer = self.measurer
        held = criteria(baseline, measurer.budget, measurer.margins, session.against)
        suspect = suspects(report.timing.log_ratios, held)
        for builds in (False, True):
            doubtful = [each for each in suspect if each.builds is builds]
            if doubtful:
                report = self.measurer.confirm(report, stopping(doubtful, alpha), against=builds)
        return report
