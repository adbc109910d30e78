"""What a run set out to measure, what it measured, and what became of the baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..clips.faults import Skipped
from ..gate.baseline.conflict import refuse_conflicts
from ..gate.baseline.store import Store
from ..gate.baseline.unused import probably_was, unused
from ..gate.baseline.update import Mode
from ..gate.grid_choice import GridChoice
from ..gate.metrics import METRICS
from ..gate.verdict import Result
from ..measure.report import Report
from ..measure.resume.reuse import Reuse
from ..present.variants.variant_notes import VariantNotes


@dataclass
class Ledger:
    """Filled while tests run; under xdist each worker fills its own and hands it to the controller."""

    planned: frozenset[str] = frozenset()
    """Node ids of the tests that were going to measure."""
    complete: frozenset[str] = frozenset()
    """Test files that were to run as a whole: what they do not measure then is measured by nobody."""
    skipped: dict[str, Skipped] = field(default_factory=dict[str, Skipped])
    """Clips that could not be used, by id."""
    compared: Sequence[Mapping[str, Any]] = ()
    """Documents of the earlier runs that pytest-benchmark compares with."""
    written: tuple[str, ...] = ()
    """What went into the baselines, a line each."""
    left: tuple[str, ...] = ()
    """What was measured and not taken over, and what would take it."""
    unused: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    """Why the run is not what it was meant to be although no test says so, a line each."""
    reuse: dict[str, Reuse] = field(default_factory=dict[str, Reuse])
    """Predictions on disk, by journal."""
    missing_runtimes: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Tests that were skipped because their runtime is not installed, by node id: its name, and what it needs."""
    unmeasured: frozenset[tuple[str, str]] = frozenset()
    """Ratios that are stored and were not measured, each with its variant."""
    bundles: dict[str, str] = field(default_factory=dict[str, str])
    """Folders with what is needed to look at a failure elsewhere, by their names."""
    grids: dict[str, GridChoice] = field(default_factory=dict[str, GridChoice])
    """By node id."""
    variants: VariantNotes = field(default_factory=VariantNotes)
    """What was found out while they were built."""

    _results: dict[tuple[str, int], Result] = field(default_factory=dict[tuple[str, int], Result])
    """By node id and number of the measurement, in the order of measuring."""

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(self._results.values())

    @property
    def not_measured(self) -> frozenset[tuple[str, str]]:
        """As `unmeasured`, without what another test measured."""
        return frozenset(
            (metric, variant) for metric, variant in self.unmeasured if not self._measures(metric, variant)
        )

    def _measures(self, metric: str, variant: str) -> bool:
        reports = (result.report for result in self.results)
        return any(
            METRICS[metric].of(report) is not None
            for report in reports
            if f"{report.name} of {report.model}" == variant
        )

    def record(self, result: Result) -> None:
        """Keeps a result; it takes the place of an earlier one of the same measurement."""
        identity = result.report.identity
        self._results[identity.nodeid, identity.number] = result

    def merge(self, other: Ledger) -> None:
        """Takes over what a worker measured."""
        self.planned |= other.planned
        self.complete |= other.complete
        self._results |= other._results
        self.skipped |= other.skipped
        self.reuse |= {name: reuse.merged(self.reuse.get(name)) for name, reuse in other.reuse.items()}
        self.missing_runtimes |= other.missing_runtimes
        self.unmeasured |= other.unmeasured
        self.bundles |= other.bundles
        self.grids |= other.grids
        self.variants.merge(other.variants)

    def settle(
        self,
        mode: Mode | None,
        store: Callable[[str, tuple[str, str, str]], Store],
        exists: Callable[[str], bool],
    ) -> None:
        """Writes the baselines and notes which entries nobody measures any more.

        Args:
            mode: None only looks.
            store: the baseline of a model on the machine class of what executes, as `Execution` has it.
            exists: is there still a test file of this path?

        Raises:
            VidcompressError: two tests measured different things under one name; or a file cannot be written.
        """
        # A test that was skipped may yet use what it would have measured.
        left_out = self.planned - {result.nodeid for result in self.results}
        complete = self.complete - {nodeid.partition("::")[0] for nodeid in left_out}
        by_model: dict[str, list[Report]] = {}
        for result in self.results:
            by_model.setdefault(result.report.model, []).append(result.report)
        if mode is not None:
            for reports in by_model.values():
                refuse_conflicts(reports)
        for model, reports in by_model.items():
            classes = dict.fromkeys(report.execution.classed_by for report in reports)
            stores = [store(model, each) for each in classes]
            entries, names = stores[0].entries, {report.name for report in reports}
            if mode is not None:
                left = [leftover for each in stores for leftover in each.leftovers(mode, reports)]
                self.left += tuple(dict.fromkeys(f"{model} {leftover}" for leftover in left))
                changes = [change for each in stores for change in each.save(mode, reports)]
                self.written += tuple(dict.fromkeys(f"{model} {change}" for change in changes))
            renamed = {probably_was(report, entries, names): report.name for report in reports}
            self.unused += tuple(
                f"{model} {name}" + (f", which is probably {renamed[name]} now" if name in renamed else "")
                for name in unused(entries, names, complete, exists)
            )
