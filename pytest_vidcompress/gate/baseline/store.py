"""The baseline of one model on one clip set, on the machine class of one runtime: both its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ...measure.report import IN_TORCH, Report
from ..budget import Margins
from .files import baseline_path, locked, read, read_timings, write, write_timings
from .leftovers import Leftover, leftovers
from .machine_classes import Facts, check_class, nearest
from .slowdown import OtherBaseline, accept_slowdowns
from .stored import Baseline, Stored, StoredTiming
from .update import Change, Mode, update
from .update_timings import update_timings


@dataclass(frozen=True)
class Store:
    """Read when first asked, so a broken file is refused before anything is measured."""

    directory: Path
    clip_set: str
    model: str
    weights: str
    machine: str
    """Slug of the machine class."""
    machine_facts: Facts
    classed_by: tuple[str, str, str] = IN_TORCH
    """What executes on that machine class, as `Execution` has it."""
    other: OtherBaseline | None = None
    """Of the commit that this run is held against, if any."""

    @property
    def path(self) -> Path:
        return baseline_path(self.directory, self.clip_set, self.model, self.weights)

    @property
    def machine_path(self) -> Path:
        return baseline_path(self.directory, self.clip_set, self.model, self.weights, self.machine)

    @cached_property
    def entries(self) -> Mapping[str, Stored]:
        """What no machine changes, by variant."""
        return read(self.path)

    @cached_property
    def timings(self) -> Mapping[str, StoredTiming]:
        """What this machine class does, by variant."""
        check_class(self.machine_path, self.machine_facts)
        return read_timings(self.machine_path)

    def baseline(self, name: str) -> Baseline:
        """What is stored of a variant."""
        entry, other = self.entries.get(name), self.other
        return Baseline(
            entry,
            self.timings.get(name),
            tuple(self.timings.values()),
            self.path.name,
            self.machine_path.name,
            other.allows(name, entry.slowdown, self.path) if other and entry else None,
            None if self.timings else nearest(self.machine_path, self.machine_facts),
        )

    def leftovers(self, mode: Mode, reports: Sequence[Report]) -> tuple[Leftover, ...]:
        """What `save` will not take over although it differs; to be asked before it."""
        return leftovers(mode, self.entries, self.timings, self._of_this_class(reports))

    def save(self, mode: Mode, reports: Sequence[Report]) -> tuple[Change, ...]:
        """Writes what `mode` takes over from `reports`, each file at once or not at all; returns what changed.

        Args:
            reports: of the model, all of the run: latency and memory are those of this runtime's alone.

        Raises:
            VidcompressError: a file cannot be written.
        """
        with locked(self.path):
            # Read again: another run may have written since this one began.
            now = replace(self)
            entries, changes = update(mode, now.entries, reports)
            if mode == "accept" and self.other:
                margin = Margins().latency
                entries, slowdowns = accept_slowdowns(entries, reports, self.other.commit, margin)
                changes += slowdowns
            timings, timing_changes = update_timings(mode, now.timings, self._of_this_class(reports))
            if entries != now.entries:
                write(self.path, entries, clip_set=self.clip_set, model=self.model, weights=self.weights)
            if timings != now.timings:
                write_timings(self.machine_path, timings, machine=self.machine_facts)
        return changes + timing_changes

    def _of_this_class(self, reports: Sequence[Report]) -> Sequence[Report]:
        return [each for each in reports if each.execution.classed_by == self.classed_by]
