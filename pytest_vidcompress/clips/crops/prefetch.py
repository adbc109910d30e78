"""Crops of many videos in order, decoded by worker processes ahead of whoever takes them.

Few or small videos are decoded here, one when it is asked for: starting a process takes longer than they do.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from statistics import median
from weakref import WeakSet

import torch

from ..faults import Fault, Undecodable
from ..profile import CropSpec
from .cached import cached_crop
from .crops import crops_of
from .disk_cache import Shelf
from .worker import Died, Worker

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
    paths: Sequence[Path], spec: CropSpec, shelf: Shelf | None = None
) -> Generator[Outcome, None, None]:
    """What each video gives, in this order.

    Close it, or let it go, to stop early: then no worker is left. It does nothing before it is asked for the
    first one.

    Args:
        paths: the videos.
        spec: what decides the crops.
        shelf: where they are kept from run to run; None for nowhere.
    """
    seconds: list[float] = []

    def timed(path: Path, spec: CropSpec) -> torch.Tensor:
        began = time.perf_counter()
        try:
            return crops_of(path, spec)
        finally:
            seconds.append(time.perf_counter() - began)

    for place, path in enumerate(paths):
        workers = min(_MOST_WORKERS, _cores(), len(paths) - place)
        if len(seconds) >= _PILOT and workers > 1:
            # Those that the shelf has need no decoding.
            to_decode_s = median(seconds) * (len(paths) - place) * len(seconds) / place
            if to_decode_s * (1 - 1 / workers) > _WORTH_S:
                yield from _ahead(paths[place:], spec, shelf, workers)
                return
        try:
            yield cached_crop(path, spec, shelf, timed)
        except Undecodable as error:
            yield error


def settle() -> None:
    """Waits until no worker is busy. None gets busy again before more crops are asked for."""
    for pool in tuple(_POOLS):
        wait(tuple(pool.pending))


def _ahead(
    paths: Sequence[Path], spec: CropSpec, shelf: Shelf | None, workers: int
) -> Generator[Outcome, None, None]:
    ahead = max(workers, min(2 * workers, _AHEAD_BYTES // spec.size_bytes))
    pool = _Pool(workers)
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


class _Pool:
    """Worker processes, and for each a thread that waits for it.

    The thread also reads and fills the shelf, so that a worker does nothing but decode. It lives as long as
    its worker: Linux ends a process with the thread that started it.
    """

    def __init__(self, workers: int) -> None:
        self.pending: deque[Future[torch.Tensor]] = deque()
        self._threads = ThreadPoolExecutor(workers, "vidcompress-decode")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._closed = self._startless = False
        _POOLS.add(self)

    def submit(self, path: Path, spec: CropSpec, shelf: Shelf | None) -> None:
        self.pending.append(self._threads.submit(cached_crop, path, spec, shelf, self._decode))

    def close(self) -> None:
        """Ends all workers; returns when they are gone."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        self.pending.clear()
        for worker in self._workers:
            worker.end()

    def _decode(self, path: Path, spec: CropSpec) -> torch.Tensor:
        """In the worker of this thread; a second time where it dies of the first, as it may do by chance."""
        how = ""
        for _ in range(2):
            worker = self._worker()
            if worker is None:
                break
            try:
                crops = worker.decode(path, spec)
            except Died as death:
                self._forget(worker)
                how = str(death)
            else:
                if crops is not None:
                    return crops
                break
        else:
            raise Undecodable(f"the process that decoded it {how}, twice", Fault.CORRUPT_FRAMES)
        return crops_of(path, spec)

    def _worker(self) -> Worker | None:
        """This thread's, started when there is none; None where none can be."""
        worker: Worker | None = getattr(self._own, "worker", None)
        if worker is not None or self._startless:
            return worker
        with self._lock:
            if self._closed:
                raise Died("is not needed any more")
            try:
                worker = Worker()
            except Died:
                self._startless = True
                return None
            self._workers.add(worker)
        try:
            worker.wait_until_ready()
        except Died:
            self._forget(worker)
            if self._closed:
                raise
            self._startless = True
            return None
        self._own.worker = worker
        return worker

    def _forget(self, worker: Worker) -> None:
        with self._lock:
            self._workers.discard(worker)
        self._own.worker = None


_POOLS: WeakSet[_Pool] = WeakSet()


def _cores() -> int:
    """Those that this process may use; processes of pytest-xdist share them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    sharing = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "")
    return max(1, cores // int(sharing)) if sharing.isdecimal() and int(sharing) else cores
