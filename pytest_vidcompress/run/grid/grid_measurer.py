"""`vc_grid`: what a test calls to measure its model in every way that `--vc-grid` asks for."""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ...gate.budget import Budget
from ...gate.grid_choice import GridChoice, refuse_unmeasured
from ..sent_modules import sent_modules

if TYPE_CHECKING:
    import torch

    from ...clips.loader import Clips
    from ...measure.grid.cell import Cell
    from ...measure.grid.grid import Grid
    from ...measure.grid.rounds import Rounds
    from ...measure.measurement import Reference
    from ..one_test.case import Case
    from ..session import Session
    from .built_arms import BuiltArms
    from .grid_plan import GridPlan

CLIPS = 8
"""Most clips that calls are made with in turn; a larger batch has some of them twice."""


@dataclass(repr=False)
class GridMeasurer:
    """Measures the test's model; one `GridChoice` a call."""

    session: Session
    case: Case
    measured: int = 0
    """How many grids."""

    def __repr__(self) -> str:
        return f"vc_grid of {self.case.model}"

    def __call__(self) -> GridChoice:
        """Measures every cell.

        Raises:
            AssertionError: no cell is within the budget.
            VidcompressError: no cell but the reference can be measured, or the budget limits what no grid measures.
        """
        __tracebackhide__ = True
        import torch

        from .grid_plan import grid_plan

        session = self.session
        plan = grid_plan(session.options, session.inputs.choices, torch.get_num_threads())
        budget = replace(self.case.budget, limits={**self.case.budget.limits, **plan.limits})
        refuse_unmeasured(budget)
        reference = session.references.of(self.case.model)
        with tempfile.TemporaryDirectory(prefix="vidcompress-") as folder:
            choice = self._measure(plan, budget, reference, Path(folder))
        refuse_nothing(choice)
        return choice

    def _measure(self, plan: GridPlan, budget: Budget, reference: Reference, folder: Path) -> GridChoice:
        """Whatever ends it, what was measured by then is in the ledger."""
        from ...measure.grid.rounds import Rounds
        from .built_arms import BuiltArms

        modules = sent_modules(self.case.module)
        arms = BuiltArms(self.session, self.case, folder, plan.seconds / 2, modules)
        rounds = Rounds(plan.reference)
        finished = False
        try:
            arms.add_reference(reference)
            arms.add(plan.arms, reference)
            self._time(plan, arms, rounds, reference)
            finished = True
        finally:
            grid = self._grid(plan, arms, rounds, interrupted=not finished)
            choice = GridChoice(grid, budget)
            if len(arms.reports) > 1 or finished:
                self.measured += 1
                self.session.ledger.grids[self.case.nodeid] = choice
        return choice

    def _time(self, plan: GridPlan, arms: BuiltArms, rounds: Rounds, reference: Reference) -> None:
        from ...measure.grid.cell_timer import SERVER, CellTimer
        from ...measure.grid.rounds import time_rounds
        from ...measure.latency import pickle_file
        from ...measure.latency.fresh_process import ForkServer
        from ...measure.latency.machine_lock import machine_to_ourselves

        pixels = _pixels(reference.clips)
        file = arms.folder / "pixels"
        pickle_file.write(file, pixels)
        cells = [cell for cell in plan.cells if cell.arm in arms.files]
        paths = tuple(sys.path)

        def start() -> ForkServer:
            return ForkServer(paths=paths, module=SERVER)

        timer = CellTimer(arms.files, file, len(pixels), start)
        with closing(timer), machine_to_ourselves(self.session.progress):
            time_rounds(rounds, cells, timer, plan.seconds, self.session.progress)

    def _grid(self, plan: GridPlan, arms: BuiltArms, rounds: Rounds, interrupted: bool) -> Grid:
        from ...measure.accelerator import accelerator
        from ...measure.grid.grid import Grid, Row
        from ...measure.machine import machine
        from ...runtimes.torch_eager import version

        rows = tuple(
            Row(
                cell,
                arms.reports.get(cell.arm),
                rounds.times(cell),
                arms.failures.get(cell.arm) or rounds.failures.get(cell) or _untimed(rounds, cell),
            )
            for cell in plan.cells
        )
        choices = self.session.inputs.choices
        runtimes = dict.fromkeys(row.cell.arm.runtime for row in rows if row.times)
        return Grid(
            self.case.model,
            self.case.key,
            rows,
            machine(version(), accelerator=accelerator(self.session.inputs.device)).facts(),
            tuple(choices.find(name).version() for name in runtimes),
            rounds.planned,
            interrupted,
        )


def _untimed(rounds: Rounds, cell: Cell) -> str:
    """Why a cell that did not fail has no times; empty where it has."""
    return "" if rounds.times(cell) else "the run was stopped before it was timed"


def _pixels(clips: Clips) -> torch.Tensor:
    """A view of each of the first clips, `(N, T, C, H, W)`."""
    import torch

    return torch.cat([pixels[:1] for pixels, _ in islice(clips.batches(1), CLIPS)])


def refuse_nothing(choice: GridChoice) -> None:
    """A grid without a cell, or without one within its budget, has shown nothing."""
    __tracebackhide__ = True
    grid = choice.grid
    if len(grid.timed) < 2:
        reason = next((row.failure for row in grid.missing), "it has no other cell")
        raise VidcompressError(f"no cell of the grid but the reference was measured: {reason}")
    if not choice.within:
        limits = ", ".join(f"{name}={limit:g}" for name, limit in choice.budget.limits.items())
        raise AssertionError(
            f"no cell of the grid is within the budget ({limits}); the table shows by how much"
        )
