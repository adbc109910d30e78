"""How many threads answer clip after clip: small models are sooner done with one.

The threads of a short call wait for each other many times a millisecond. Where a neighbour takes one of the cores,
each wait lasts until the scheduler gives it back: a call of 2 ms on two threads took 30 to 270 ms on a busy machine,
and 7 ms on one. What is timed takes the threads that were asked for; what is answered needs none of them.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import nn

SMALL_MACS = 1_000_000_000
"""Multiply-accumulates of a view up to which a model is small: some 30 ms on one core."""


@contextmanager
def threads_to_answer(run: object, macs: int | None) -> Generator[None]:
    """One thread for a small module of torch while the block runs, the same for the same model in every run.

    Args:
        run: what executes; other runtimes have threads of their own.
        macs: of one view; None where they were not counted.
    """
    if not isinstance(run, nn.Module) or macs is None or macs > SMALL_MACS or torch.get_num_threads() == 1:
        yield
        return
    with threads_kept():
        torch.set_num_threads(1)
        yield


@contextmanager
def threads_kept() -> Generator[None]:
    """Torch has the threads that it had when the block ends: what a thread sets, those that start later have, too."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
