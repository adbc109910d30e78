"""Processes that decode side by side, each served by a thread of this one."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from weakref import WeakSet

import torch

from ..clip import Source
from ..faults import Fault, Undecodable
from ..profile import CropSpec
from .cached import cached_crop
from .crops import crops_of
from .disk_cache import Shelf
from .worker import Died, Worker


class WorkerPool:
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

    def _decode(self, source: Source, spec: CropSpec) -> torch.Tensor:
        """In the worker of this thread; a second time where it dies of the first, as it may do by chance."""
        assert isinstance(source, Path)
        how = ""
        for _ in range(2):
            worker = self._worker()
            if worker is None:
                break
            try:
                crops = worker.decode(source, spec)
            except Died as death:
                self._forget(worker)
                how = str(death)
            else:
                if crops is not None:
                    return crops
                break
        else:
            raise Undecodable(f"the process that decoded it {how}, twice", Fault.CORRUPT_FRAMES)
        return crops_of(source, spec)

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


_POOLS: WeakSet[WorkerPool] = WeakSet()


def settle() -> None:
    """Waits until no worker is busy. None gets busy again before more crops are asked for."""
    for pool in tuple(_POOLS):
        wait(tuple(pool.pending))
