"""Crops of many videos in order, decoded by worker processes ahead of whoever takes them.

Few or small videos are decoded here, one when it is asked for: starting a process takes longer than they do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from pathlib import Path
from statistics import median

import torch

from ..clip import Source
from ..faults import Undecodable
from ..profile import CropSpec
from .cached import cached_crop
from .crops import crops_of
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
    most_workers = min(_MOST_WORKERS, _cores()) if len(paths) == len(sources) else 1
    for place, source in enumerate(sources):
        workers = min(most_workers, len(sources) - place)
        if len(seconds) >= _PILOT and workers > 1:
            # Those that the shelf has need no decoding.
            to_decode_s = median(seconds) * (len(sources) - place) * len(seconds) / place
            if to_decode_s * (1 - 1 / workers) > _WORTH_S:
                yield from _ahead(paths[place:], spec, shelf, workers)
                return
        try:
            yield cached_crop(source, spec, shelf, timed)
        except Undecodable as error:
            yield error


def _ahead(
    paths: Sequence[Path], spec: CropSpec, shelf: Shelf | None, workers: int
) -> Generator[Outcome, None, None]:
    ahead = max(workers, min(2 * workers, _AHEAD_BYTES // spec.size_bytes))
    pool = WorkerPool(workers)
    try:
        for path in paths:
            pool.submit(path, spec, shelf)
            if len(pool.pending) > ahead:
                yield _outcome(pool.pending.popleft())
        while pool.pending:
            yield _outcome(pool.pending.popleft())
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
