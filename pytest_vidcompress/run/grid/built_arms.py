"""The arms of a grid: compressed once a recipe, ready in each runtime, measured on the clips, written to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ...errors import SpoiledRunError, VidcompressError, first_line
from ...measure.grid.cell import REFERENCE, Arm
from ...measure.latency import pickle_file
from ...measure.latency.failure import FreshProcessError
from ...measure.measurement import Enough, Evaluation, Reference, measure
from ...measure.report import Report
from ...measure.subject import Subject
from ...processes.clock import now_s
from .grid_plan import PlannedArm

if TYPE_CHECKING:
    from ..one_test.case import Case
    from ..session import Session
    from ..variants.variant_builder import Compressed


FEWEST_CLIPS = 16
"""That an arm is measured on, however long each takes."""


@dataclass
class BuiltArms:
    """What is there of each arm that was built so far; more of them than one is in no memory.

    Args:
        folder: for the files.
        clips_s: about how long each may take for the clips.
        by_value: modules that other processes cannot import.
    """

    session: Session
    case: Case
    folder: Path
    clips_s: float
    by_value: Sequence[ModuleType] = ()
    reports: dict[Arm, Report] = field(default_factory=dict[Arm, Report])
    """Accuracy and cost; time is measured cell by cell."""
    files: dict[Arm, Path] = field(default_factory=dict[Arm, Path])
    """What a process loads that times."""
    failures: dict[Arm, str] = field(default_factory=dict[Arm, str])
    """Why an arm is not built, or cannot be timed."""

    def add_reference(self, reference: Reference) -> None:
        """The uncompressed model, which has been measured.

        Raises:
            FreshProcessError: it cannot be sent to another process.
        """
        self.reports[REFERENCE] = reference.report
        self._write(REFERENCE, reference.model.module)

    def add(self, planned: Sequence[PlannedArm], reference: Reference) -> None:
        """Builds and measures others; what cannot be built is noted, and the next one is."""
        others = [each for each in planned if each.arm != REFERENCE]
        for _, same in groupby(others, key=lambda each: each.arm.precision):
            self._add_recipe([*same], reference)

    def _add_recipe(self, arms: Sequence[PlannedArm], reference: Reference) -> None:
        """Arms of one recipe, which is applied once."""
        self.failures |= {each.arm: each.missing for each in arms if each.missing}
        there = [each for each in arms if not each.missing]
        if not there:
            return
        try:
            compressed = self._compressed(there[0], reference.model.name)
        except Exception as error:  # techniques may be anybody's
            self.failures |= dict.fromkeys((each.arm for each in there), _reason(error))
            return
        for each in there:
            try:
                self._add_arm(each, compressed, reference)
            except Exception as error:  # so may runtimes
                self.failures[each.arm] = _reason(error)

    def _compressed(self, planned: PlannedArm, model: str) -> Compressed:
        self._say(f"compressing {model} by {planned.arm.precision}")
        return self.session.builder.compressed(planned.recipe, model)

    def _add_arm(self, planned: PlannedArm, compressed: Compressed, reference: Reference) -> None:
        arm = planned.arm
        self._say(f"making {arm} ready")
        subject = Subject.of(self.session.builder.in_runtime(planned.recipe, compressed, arm.runtime))
        place = f"{self.case.nodeid} {arm}"
        known = self.session.references.keeper.of_variant(subject.run, reference.model, subject.name, place)
        enough = _until(now_s() + self.clips_s)
        evaluation = Evaluation(self.session.progress, enough, known and known.remembering)
        self.reports[arm] = measure(subject, reference, subject.name, self.case.key, evaluation)
        self._write(arm, subject.run)

    def _write(self, arm: Arm, run: Any) -> None:
        file = self.folder / f"{len(self.files)}.arm"
        pickle_file.write(file, run, self.by_value)
        self.files[arm] = file

    def _say(self, what: str) -> None:
        if self.session.progress:
            self.session.progress(what, 0, 0)


def _until(end_s: float) -> Enough:
    """Enough are the clips that are answered by then, and sixteen in any case."""
    return lambda outcomes, agreements: len(outcomes) >= FEWEST_CLIPS and now_s() >= end_s


def _reason(error: Exception) -> str:
    """Why, in a line; what concerns the whole run is raised again."""
    if isinstance(error, SpoiledRunError):
        raise error
    if isinstance(error, FreshProcessError):
        return f"cannot be sent to another process: {error.failure.text}"
    said = first_line(error)
    return said if isinstance(error, VidcompressError) else f"{type(error).__name__}: {said}"
