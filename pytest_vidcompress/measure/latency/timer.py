"""Times two arms in fresh processes, turn by turn, until they are enough or the time is out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from ...errors import VidcompressError
from ..accuracy.predict import Progress
from .blocks import BASE, VARIANT, Confirmation, Turn, calls, plan
from .fresh_process import Worker
from .rest import HANDOVER_S

Arm = Callable[[torch.Tensor], Any]
Stop = Callable[[Confirmation], bool]
"""Have these turns said enough?"""


WARMUP_S = 0.05
"""Longest that a fresh process warms up."""
TURN_S = 0.2
"""Longest that it goes on timing: on a busy machine a turn must not outlast the spells of quiet."""
MIRRORED = 8
"""Calls after which orders are balanced."""


class Timer:
    """Times two arms, a fresh process a turn. The arms may live in one worker or in two.

    Args:
        workers: by arm.
        pair_s: about the seconds of one call of each.
        builds: an arm's first call in a process builds what the others run with: then no first call counts.
    """

    def __init__(self, workers: Mapping[str, Worker], pair_s: float, builds: bool = False) -> None:
        self._workers = workers
        self.plan = plan(pair_s)
        self._builds = builds
        self._turns = 0

    def turn(self) -> Turn:
        """Times the next turn: one process of each worker, alive for its calls."""
        turn, self._turns = self._turns, self._turns + 1
        copies = [VARIANT, BASE] if turn % 2 == 0 else [BASE, VARIANT]
        workers = list(dict.fromkeys(self._workers[arm] for arm in copies))
        for worker in workers:
            worker.ask({"fork": [arm for arm in copies if self._workers[arm] is worker]})
        if self._builds:
            self._time(copies)
        started = time.monotonic()
        for _ in range(self.plan.warmup):
            if time.monotonic() - started < WARMUP_S:
                self._time(copies)
        order = calls(turn, self.plan.pairs)
        seconds: list[float] = []
        started = time.monotonic()
        while len(seconds) < len(order) and (not seconds or time.monotonic() - started < TURN_S):
            seconds += self._time(order[len(seconds) : len(seconds) + MIRRORED])
        for worker in workers:
            worker.ask({"exit": True})
        timed = list(zip(order, seconds, strict=False))
        return Turn(
            tuple(s for arm, s in timed if arm == VARIANT), tuple(s for arm, s in timed if arm == BASE)
        )

    def _time(self, order: Iterable[str]) -> list[float]:
        seconds: list[float] = []
        alone = len(set(self._workers.values())) == 1
        for worker, arms in groupby(order, key=lambda arm: self._workers[arm]):
            arms = list(arms)
            waking: list[str] = []
            if not alone:
                # OpenMP threads of the process before go on spinning for some milliseconds, on our cores.
                time.sleep(HANDOVER_S)
                # A process that was waiting wakes with cold caches: its first call is not timed.
                waking = arms[:1]
            seconds += worker.ask({"time": waking + arms})["seconds"][len(waking) :]
        return seconds


def time_turns(timer: Timer, budget_s: float, stop: Stop, progress: Progress | None = None) -> Confirmation:
    """Turns until `stop`, which is asked after each block of them, has seen enough or the time is out."""
    started = time.monotonic()
    turns: list[Turn] = []
    spent: list[float] = []
    while True:
        turns.append(timer.turn())
        spent.append(min(1.0, (time.monotonic() - started) / budget_s) if budget_s > 0 else 1.0)
        seen = Confirmation(tuple(turns), tuple(spent), timer.plan.turns_per_block)
        if progress:
            progress("timing in fresh processes", round(100 * spent[-1]), 100)
        if spent[-1] == 1.0 or (len(turns) % timer.plan.turns_per_block == 0 and stop(seen)):
            return seen


def send(
    worker: Worker, arms: Mapping[str, Arm], pixels: torch.Tensor, by_value: ModuleType | None = None
) -> None:
    """Hands `arms` to a worker.

    Args:
        pixels: what every call is given, `(1, T, C, H, W)`.
        by_value: a module that the worker cannot import, such as the test's.

    Raises:
        VidcompressError: an arm cannot be sent to another process.
    """
    with tempfile.TemporaryDirectory(prefix="vidcompress-") as folder:
        file = Path(folder) / "arms"
        pack(file, arms, pixels, by_value)
        worker.ask({"load": str(file), "threads": torch.get_num_threads()})


def pack(
    file: Path, arms: Mapping[str, Arm], pixels: torch.Tensor, by_value: ModuleType | None = None
) -> None:
    """Writes arms as `worker` loads them: for our own processes only, an artefact is another thing."""
    import cloudpickle  # pyright: ignore[reportMissingTypeStubs]

    if by_value is not None:
        cloudpickle.register_pickle_by_value(by_value)
    try:
        torch.save({"arms": dict(arms), "pixels": pixels}, file, pickle_module=cloudpickle)
    except Exception as error:
        raise VidcompressError(
            f"the measured model cannot be sent to another process ({error}); latency is judged in a fresh"
            " process, so measure something that pickles"
        ) from error
    finally:
        if by_value is not None:
            cloudpickle.unregister_pickle_by_value(by_value)
