"""What a run set out to measure, what it measured, and what became of the baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .clips.clip import Skipped
from .gate.store import Store
from .gate.update import Change, Mode, unused
from .gate.verdict import Result


@dataclass
class Ledger:
    """Filled while tests run; under xdist each worker fills its own and hands it to the controller."""

    planned: frozenset[str] = frozenset()
    """Tests that were going to measure, `path::name` without parameters."""
    complete: frozenset[str] = frozenset()
    """Test files that run as a whole, so that what they do not measure is measured by nobody."""
    results: list[Result] = field(default_factory=list[Result])
    skipped: dict[str, Skipped] = field(default_factory=dict[str, Skipped])
    """Clips that could not be used, by id."""
    compared: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    """Documents of the earlier runs that pytest-benchmark compares with."""
    written: tuple[Change, ...] = ()
    unused: tuple[str, ...] = ()

    def record(self, result: Result) -> None:
        """Keeps a result; it takes the place of an earlier one of the same report."""
        for place, kept in enumerate(self.results):
            if kept.report is result.report:
                self.results[place] = result
                return
        self.results.append(result)

    def merge(self, other: Ledger) -> None:
        """Takes over what a worker measured."""
        self.planned |= other.planned
        self.complete |= other.complete
        self.results += other.results
        self.skipped |= other.skipped

    def settle(self, mode: Mode | None, store: Callable[[str], Store], exists: Callable[[str], bool]) -> None:
        """Writes the baselines and notes which entries nobody measures any more.

        Args:
            mode: None only looks.
            store: the baseline of a model.
            exists: is there still a test file of this path?
        """
        for model in dict.fromkeys(result.report.model for result in self.results):
            reports = [result.report for result in self.results if result.report.model == model]
            if mode is not None:
                self.written += store(model).save(mode, reports)
            names = {report.name for report in reports}
            self.unused += tuple(
                f"{model} {name}" for name in unused(store(model).entries, names, self.complete, exists)
            )
