"""Where suspects are timed again: the fresh processes of a session, started when first needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from ..measure.latency.blocks import BASE, VARIANT, Confirmation
from ..measure.latency.fresh_process import ForkServer
from ..measure.latency.machine_lock import machine_to_ourselves
from ..measure.latency.timer import Arm, Stop, Timer, load, send, time_turns

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from ..measure.accuracy.predict import Progress
    from ..other_commit.build import OtherBuild


@dataclass
class Confirmer:
    """Times blocks in fresh processes; its worker lives as long as the session."""

    budget_s: float
    """Of one confirmation, after its processes have loaded the models."""
    paths: tuple[str, ...]
    """What the workers can import from."""
    progress: Progress | None = None
    _workers: dict[str, ForkServer] = field(default_factory=dict[str, ForkServer])

    def beside_reference(
        self,
        variant: Arm,
        reference: Arm,
        pixels: torch.Tensor,
        pair_s: float,
        stop: Stop,
        module: ModuleType | None = None,
        builds: bool = False,
    ) -> Confirmation:
        """Blocks of a variant and its reference, in the same process.

        Args:
            pair_s: about the seconds of one call of each.
            stop: ends them before the time is out.
            module: of the test, which fresh processes may not be able to import.
            builds: the variant's first call in a process builds what it runs with.

        Raises:
            FreshProcessError: the variant cannot be sent to another process, or fails there; its `failure` says how.
        """
        worker = self._own()
        send(worker, {VARIANT: variant, BASE: reference}, pixels, module)
        return self._time({VARIANT: worker, BASE: worker}, pair_s, stop, builds)

    def beside_build(
        self,
        variant: Arm,
        build: OtherBuild,
        arms: Path,
        pixels: torch.Tensor,
        pair_s: float,
        stop: Stop,
        module: ModuleType | None = None,
        builds: bool = False,
    ) -> Confirmation:
        """Blocks of a variant and what another commit made of it, each in a process with its own code."""
        worker = self._own()
        send(worker, {VARIANT: variant}, pixels, module)
        other = self._worker(build.name, build.worker)
        load(other, arms)
        return self._time({VARIANT: worker, BASE: other}, pair_s, stop, builds)

    def close(self) -> None:
        """Ends the processes."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()

    def _own(self) -> ForkServer:
        return self._worker("", lambda: ForkServer(paths=self.paths))

    def _worker(self, name: str, start: Callable[[], ForkServer]) -> ForkServer:
        """The one that serves already, or a new one in place of one that has ended."""
        if name not in self._workers or self._workers[name].ended:
            self._workers[name] = start()
        return self._workers[name]

    def _time(self, workers: dict[str, ForkServer], pair_s: float, stop: Stop, builds: bool) -> Confirmation:
        with machine_to_ourselves():
            return time_turns(Timer(workers, pair_s, builds), self.budget_s, stop, self.progress)
