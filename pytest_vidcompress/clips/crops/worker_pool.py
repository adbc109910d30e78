"""Processes that decode side by side, each served by a thread of this one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

from ..faults import Fault, Undecodable
from .worker import Died, Job, Worker

T = TypeVar("T")


class WorkerPool:
    """Worker processes, and for each a thread that waits for it.

    The thread does what is given to `submit`, such as reading and filling the shelf, and has its worker do what is
    given to `answer`. It lives as long as its worker: Linux ends a process with the thread that started it.

    Args:
        workers: how many of both; a process starts with its thread's first `answer`.
        begin: what each thread does first.
    """

    def __init__(self, workers: int, begin: Callable[[], None] | None = None) -> None:
        self._busy = set[Future[Any]]()
        self._threads = ThreadPoolExecutor(workers, "vidcompress-decode", begin)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._closed = self._startless = False
        _POOLS.add(self)

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Has a thread do it, after what was submitted before."""
        future = self._threads.submit(work, *arguments)
        self._busy.add(future)
        future.add_done_callback(self._busy.discard)
        return future

    def settle(self) -> None:
        """Waits until nothing is being done that was submitted."""
        wait(tuple(self._busy))

    def close(self) -> None:
        """Ends all workers; returns when they are gone."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.end()

    def answer(self, job: Job, path: Path) -> Any:
        """What a job gives, in the worker of this thread, one of `submit`. It is tried a second time where the worker
        dies of the first, as it may do by chance.

        Raises:
            Undecodable: the job did, or the worker died twice.
        """
        how = ""
        for _ in range(2):
            worker = self._worker()
            if worker is None:
                break
            try:
                answer = worker.answer(job, path)
            except Died as death:
                self._forget(worker)
                how = str(death)
            else:
                if answer is not None:
                    return answer
                break
        else:
            raise Undecodable(f"the process that decoded it {how}, twice", Fault.CORRUPT_FRAMES)
        return job(path)

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
        pool.settle()
