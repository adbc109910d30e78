"""`vc_measure`: what a test calls to measure something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .case import Case
from .cold_starts import with_cold_starts
from .early_end import deciding_baseline
from .file_answers import with_file_answers
from .measurements import Answers, Measurements
from .searching import limits_search, with_search

if TYPE_CHECKING:
    import torch

    from ...gate.accuracy import Enough
    from ...measure.latency.pairs import Driver
    from ...measure.measurement import Reference
    from ...measure.report import Report
    from ...measure.subject import Subject, Target
    from ...models.model import Model
    from ..session import Session
    from ..shards.predictions import RangePredictions


@dataclass(repr=False)
class Measurer:
    """Measures variants, modules or callables beside the test's model; one `Report` a call."""

    session: Session
    case: Case
    measurements: Measurements
    driver: Driver
    """pytest-benchmark's `pedantic`; it drives the first call of a test, which is what its table shows."""
    timed: bool

    def __repr__(self) -> str:
        return f"vc_measure beside {self.case.model}"

    def __call__(self, target: Target, *, name: str | None = None, search: bool = False) -> Report:
        """Measures `target`.

        Args:
            target: a variant from `vc_variant`, an artefact from `load`, any `nn.Module`, or any callable that
                maps pixels `(1, T, C, H, W)` to logits `(1, labels)`.
            name: its name in tables and baselines; by default the recipe, or the name of the test.
            search: also what its embeddings find: every clip asks for all others, on all clips. A budget for that
                asks for it, too.
        """
        from ...measure.subject import Subject

        subject, session = Subject.of(target), self.session
        if session.options.export:
            from ...other_commit.arms import export

            clips = session.inputs.clips(self.case.model)
            export(session.options.export, self.case.nodeid, subject.run, clips, self.case.module)
        if not self.timed and not self.measurements:
            self.driver(_nothing, setup=_nothing, teardown=_nothing, rounds=1)  # or it warns of being unused
        reference = session.references.of(self.case.model)
        logits: list[torch.Tensor] = []
        search, place = search or limits_search(self.case), self._place
        known_as = name or subject.name or self._default_name
        report = self._measure(subject, reference, known_as, logits.append, all_clips=search)
        if search:
            report = with_search(session, self.case, subject, report, place)
        if self.timed:
            report = with_cold_starts(session, self.case, subject, report)
            report = with_file_answers(session, self.case, subject, report)
        if not session.options.share:
            report = session.profiler.look(report, subject, reference)
        return self.measurements.add(report, subject, Answers(target, *logits))

    @property
    def _place(self) -> str:
        """Which of all measurements this is, the same in every run."""
        return f"{self.case.nodeid} {self.measurements.next_number}"

    @property
    def _default_name(self) -> str:
        number = self.measurements.next_number
        return self.case.key + (f"#{number}" if number > 1 else "")

    def _measure(
        self,
        subject: Subject,
        reference: Reference,
        name: str,
        answered: Callable[[torch.Tensor], object],
        all_clips: bool,
    ) -> Report:
        from ...measure.measurement import Evaluation, measure, timed, timed_for

        place = self._place
        references, model = self.session.references, reference.model
        elsewhere = self._elsewhere(subject, model, name, place) if references.shared else None
        predictions = None if elsewhere else references.keeper.of_variant(subject.run, model, name, place)
        evaluation = Evaluation(
            self.session.progress,
            None if all_clips else self._enough(name, reference),
            predictions and predictions.remembering,
            answered,
            elsewhere,
        )
        confirmer = self.session.confirmer if self.timed and self._records else None
        if confirmer:
            confirmer.warm(reference.model.module)
        report = measure(subject, reference, name, self.case.key, evaluation)
        if not self.timed:
            return report
        if confirmer:
            confirmer.wait()
        if self.session.progress:
            self.session.progress("timing", 0, 0)
        driver = None if self.measurements else self.driver
        fine = self._clearly_fine(report)
        report = timed(report, subject, reference, driver, fine, self.session.progress)
        if not self.session.options.calls:
            return report
        return timed_for(report, subject, reference, self.session.options.calls, self.session.progress)

    def _elsewhere(self, subject: Subject, model: Model, name: str, place: str) -> RangePredictions | None:
        from ..shards.measurement import Measured

        measured = Measured(subject.run, model, name, place, subject.runtime, subject.recipe, subject.stored)
        return self.session.references.elsewhere(measured, self.case.module)

    @property
    def _records(self) -> bool:
        """Will a check time it in fresh processes in any case, to store that?"""
        options = self.session.options
        return self.case.checks and options.mode != "check" and options.confirm_s != 0

    def _enough(self, name: str, reference: Reference) -> Enough | None:
        """What ends the evaluation early; None where all clips are wanted, as by what writes a baseline."""
        options = self.session.options
        if options.mode != "check" or options.all_clips or options.share or not self.case.checks:
            return None
        from ...gate.accuracy import stopping

        stored = self.session.baselines.of(self.case.model).entries.get(name)
        return stopping(stored, reference.report, self.case.budget, self.case.margins)

    def _clearly_fine(self, report: Report) -> Callable[[Sequence[float]], bool] | None:
        """What ends the timed pairs early: nothing is in doubt; None where they are to be recorded."""
        from ...gate.latency.criterion import criteria
        from ...gate.latency.screen import clearly_fine

        baseline = deciding_baseline(self.session, self.case, report)
        if baseline is None:
            return None
        # Another build is in no screen.
        held_to = criteria(baseline, self.case.budget, self.case.margins)
        if not held_to:
            return None
        return lambda log_ratios: all(clearly_fine(log_ratios, criterion.screen) for criterion in held_to)


def _nothing() -> None:
    pass
