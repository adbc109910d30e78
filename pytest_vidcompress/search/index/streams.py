"""Threads that embed side by side: several calls of one thread each take less time than calls of several, one at a
time, and while one of them decodes the others compute."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

import torch
from torch import nn

from ...clips.crops.prefetch import most_workers
from ...measure.from_file.arm import Arm
from ...models.module_copy import module_twin


@dataclass(frozen=True)
class Streams:
    """What embeds, for as many threads as may do so at a time."""

    count: int
    """Threads that decode, and embed when it is their turn."""
    threads: int
    """That a call takes in each of them."""
    _arms: SimpleQueue[Arm] = field(repr=False)
    """Those that nobody uses."""

    @classmethod
    def of(cls, arm: Arm) -> Streams:
        """As many as torch has threads where torch computes on the CPU, each with a twin of the module.

        What another runtime or device executes is called by one thread at a time, which is the only one that it is
        made for, and takes the threads that it takes; the others decode meanwhile.
        """
        run, threads, arms = arm.run, torch.get_num_threads(), SimpleQueue[Arm]()
        arms.put(arm)
        if (
            arm.device.type != "cpu"
            or not isinstance(run, nn.Module)
            or isinstance(run, torch.jit.ScriptModule)
        ):
            return cls(most_workers(), threads, arms)
        count = min(most_workers(), threads)
        for _ in range(count - 1):
            arms.put(replace(arm, run=module_twin(run)))
        return cls(count, threads // count, arms)

    def begin(self) -> None:
        """What each of the threads does first."""
        torch.set_num_threads(self.threads)

    @contextmanager
    def arm(self) -> Generator[Arm]:
        """One that nobody else uses while the block runs."""
        arm = self._arms.get()
        try:
            yield arm
        finally:
            self._arms.put(arm)
