"""Crops of many videos in order, decoded by worker processes ahead of whoever takes them.

Few or small videos are decoded here, one when it is asked for: starting a process takes longer than they do.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from pathlib import Path
from statistics import median

import torch

from ..clip import Source
from ..faults import Undecodable
from ..profile import CropSpec
from .cached import cached_crop
from .crops import CropsJob, crops_of
from .disk_cache import Shelf
from .worker_pool import WorkerPool

Outcome = torch.Tensor | Undecodable
"""Crops as `crops_of` returns them, or why there are none."""

_MOST_WORKERS = 8
"""Each holds its own copy of the libraries; more feed no model that runs on the same machine."""
_PILOT = 3
"""Videos decoded here before the question whether workers are worth it."""
_WORTH_S = 4.0
"""What workers must save, about twice what starting them takes."""
_AHEAD_BYTES = 512 << 20
"""Crops that may wait for whoever takes them."""


def prefetch(
    sources: Sequence[Source], spec: CropSpec, shelf: Shelf | None = None
) -> Generator[Outcome, None, None]:
    """What each video gives, in this order.

    Close it, or let it go, to stop early: then no worker is left. It does nothing before it is asked for the
    first one.

    Args:
        sources: of the videos; where one is a function, all are decoded here.
        spec: what decides the crops.
        shelf: where they are kept from run to run; None for nowhere.
    """
    seconds: list[float] = []

    def timed(source: Source, spec: CropSpec) -> torch.Tensor:
        began = time.perf_counter()
        try:
            return crops_of(source, spec)
        finally:
            seconds.append(time.perf_counter() - began)

    paths = [source for source in sources if isinstance(source, Path)]
    for place, source in enumerate(sources):
        # Those that the shelf has need no decoding.
        workers = worthwhile(seconds, place, len(sources) - place)
        if workers and len(paths) == len(sources):
            yield from _ahead(paths[place:], spec, shelf, workers)
            return
        try:
            yield cached_crop(source, spec, shelf, timed)
        except Undecodable as error:
            yield error


def worthwhile(seconds: Sequence[float], done: int, left: int) -> int:
    """How many workers save more than starting them takes; 0 where none do.

    Args:
        seconds: that decoding took of those which had to be decoded.
        done: how many there were, those that had not to be included.
        left: how many there are to come.
    """
    workers = min(most_workers(), left)
    if len(seconds) < _PILOT or workers < 2:
        return 0
    to_decode_s = median(seconds) * left * len(seconds) / done
    return workers if to_decode_s * (1 - 1 / workers) > _WORTH_S else 0


def most_workers() -> int:
    return min(_MOST_WORKERS, _cores())


def _ahead(
    paths: Sequence[Path], spec: CropSpec, shelf: Shelf | None, workers: int
) -> Generator[Outcome, None, None]:
    most = max(workers, min(2 * workers, _AHEAD_BYTES // spec.size_bytes))
    pool, waiting = WorkerPool(workers), deque[Future[torch.Tensor]]()

    def decode(source: Source, spec: CropSpec) -> torch.Tensor:
        assert isinstance(source, Path)
        return torch.from_numpy(pool.answer(CropsJob(spec), source))

    try:
        for path in paths:
            waiting.append(pool.submit(cached_crop, path, spec, shelf, decode))
            if len(waiting) > most:
                yield _outcome(waiting.popleft())
        while waiting:
            yield _outcome(waiting.popleft())
    finally:
        pool.close()


def _outcome(future: Future[torch.Tensor]) -> Outcome:
    try:
        return future.result()
    except Undecodable as error:
        return error


def _cores() -> int:
    """Those that this process may use; processes of pytest-xdist share them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    sharing = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "")
    return max(1, cores // int(sharing)) if sharing.isdecimal() and int(sharing) else cores
