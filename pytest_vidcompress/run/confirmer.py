"""The fresh processes of a session, in which suspects are timed again: started when first needed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from ..errors import VidcompressError
from ..measure.latency.blocks import BASE, VARIANT, Confirmation
from ..measure.latency.failure import FreshProcessError
from ..measure.latency.fresh_process import ForkServer
from ..measure.latency.machine_lock import machine_to_ourselves
from ..measure.latency.timer import Arm, Stop, Timer, confirmation_s, load, send, time_turns

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from ..measure.accuracy.predict import Progress
    from ..other_commit.build import OtherBuild


@dataclass(frozen=True)
class Trial:
    """What is timed again."""

    variant: Arm
    pixels: torch.Tensor
    """What every call is given, `(1, T, C, H, W)`."""
    pair_s: float
    """About the seconds of one call of the variant and one of what it is timed beside."""
    module: ModuleType | None = None
    """Of the test, which fresh processes may not be able to import."""
    builds: bool = False
    """The variant's first call in a process builds what it runs with."""


@dataclass
class Confirmer:
    """Times blocks in fresh processes; its workers live as long as the session."""

    longest_s: float | None
    """Of one confirmation, after its processes have loaded the models; None for what suits the length of a call."""
    paths: tuple[str, ...]
    """What the workers can import from."""
    progress: Progress | None = None
    _workers: dict[str, ForkServer] = field(default_factory=dict[str, ForkServer])

    def warm(self, reference: Arm) -> None:
        """Starts the process that is certain to be needed, which imports what the reference is made of meanwhile."""
        from torch import nn

        parts = reference.modules() if isinstance(reference, nn.Module) else ()
        imports = tuple(dict.fromkeys(type(part).__module__ for part in parts))
        with suppress(FreshProcessError):  # whoever needs it then says why
            self._worker("", lambda: ForkServer(paths=self.paths, imports=imports))

    def wait(self) -> None:
        """Until nothing is imported there any more, which would disturb what is timed here."""
        for worker in self._workers.values():
            with suppress(FreshProcessError):
                worker.ask({"exit": True})

    def beside_reference(self, trial: Trial, reference: Arm, stop: Stop) -> Confirmation:
        """Blocks of a variant and its reference, in the same process.

        Args:
            stop: ends them before the time is out.

        Raises:
            FreshProcessError: the variant cannot be sent to another process, or fails there; its `failure` says how.
        """
        _refuse_unforkable(trial)
        worker = self._own()
        send(worker, {VARIANT: trial.variant, BASE: reference}, trial.pixels, trial.module)
        return self._time({VARIANT: worker, BASE: worker}, trial, stop)

    def beside_build(self, trial: Trial, build: OtherBuild, arms: Path, stop: Stop) -> Confirmation:
        """Blocks of a variant and what another commit made of it, each in a process with its own code.

        Args:
            arms: the file with what that commit made.
        """
        _refuse_unforkable(trial)
        worker = self._own()
        send(worker, {VARIANT: trial.variant}, trial.pixels, trial.module)
        other = self._worker(build.name, build.worker)
        load(other, arms, trial.pixels.device)
        return self._time({VARIANT: worker, BASE: other}, trial, stop)

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

    def _time(self, workers: dict[str, ForkServer], trial: Trial, stop: Stop) -> Confirmation:
        budget_s = confirmation_s(self.longest_s, trial.pair_s)
        with machine_to_ourselves(self.progress):
            return time_turns(Timer(workers, trial.pair_s, trial.builds), budget_s, stop, self.progress)


def _refuse_unforkable(trial: Trial) -> None:
    """Raises VidcompressError where no process that was forked can compute what is timed."""
    from ..models.device import refusal_to_fork

    reason = refusal_to_fork(trial.pixels.device)
    if reason:
        raise VidcompressError(f"it is not timed in fresh processes: {reason}")
