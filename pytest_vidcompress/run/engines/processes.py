"""The engine of `--vc-workers`: processes on this machine, which end with this one."""

from __future__ import annotations

import json
import os
import select
import shutil
import tempfile
import warnings
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from ...errors import SpoiledRunError, VidcompressError
from ...measure.latency.answers import write_line
from ...processes.child_process import end, has_ended, how_ended, single_threaded, start
from ..shards.measurement import same_answer
from .engine import Setting, Task
from .here import Here
from .sent_task import send

MOST_DEATHS = 3
"""Of workers over one range, or in a row while they load, before it is taken for the fault of what they do."""
_LOADING = -1
"""In place of a range's number."""
_MODULE = "pytest_vidcompress.run.engines.worker"
_SHARING = "PYTEST_XDIST_WORKER_COUNT"
"""By this variable who decodes ahead knows how many share the cores."""


@dataclass
class _Worker:
    """One process, and what it was asked last."""

    process: Popen[bytes]
    asked: tuple[object, int | None] | None = None
    """The task, and the range or None for loading; None: it waits to be asked."""
    loaded: object = None
    """The task that it holds."""

    def ask(self, task: object, number: int | None, **request: Any) -> None:
        self.asked = task, number
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # that it has ended shows when its answer is read
            write_line(self.process.stdin, request)  # pyright: ignore[reportArgumentType]
            self.process.stdin.flush()

    def answer(self) -> dict[str, Any] | None:
        """None where it has ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None


@dataclass
class Processes:
    """Workers that are started when the first measurement is shared, and stay for the next ones."""

    setting: Setting
    _workers: list[_Worker] = field(default_factory=list[_Worker])
    _folder: Path | None = None

    def __post_init__(self) -> None:
        self._here = Here(self.setting)

    def compute(self, task: Task, numbers: Sequence[int]) -> Iterator[int]:
        file = self._sent(task) if len(numbers) > 1 else None
        if file is None:
            yield from self._here.compute(task, numbers)
            return
        try:
            yield from _Run(self, task, file, numbers).results()
        finally:
            file.unlink(missing_ok=True)

    def rest(self) -> None:
        for worker in [each for each in self._workers if each.asked is not None]:
            worker.asked = None
            if worker.answer() is None:
                self.bury(worker)

    def close(self) -> None:
        """Ends the workers: what they were computing is lost."""
        for worker in self._workers:
            end(worker.process)
        self._workers.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        self._here.close()

    @property
    def here(self) -> Here:
        """This process, for what the others cannot do."""
        return self._here

    def workers(self) -> Sequence[_Worker]:
        """All of them; those that have ended are started anew.

        Raises:
            VidcompressError: the system starts no more processes.
        """
        # Who ended while nothing was asked of it died of nothing that is measured.
        for worker in [each for each in self._workers if each.asked is None and has_ended(each.process)]:
            self.bury(worker)
        while len(self._workers) < self.setting.workers:
            setting, shared = self.setting, {_SHARING: str(self.setting.workers)}
            try:
                process = start(
                    _MODULE,
                    setting.store.place,
                    setting.machine,
                    setting.shard,
                    paths=setting.paths,
                    environment={**os.environ, **single_threaded(), **shared},
                    stdin=PIPE,
                    stdout=PIPE,
                )
            except OSError as error:
                raise VidcompressError(
                    f"--vc-workers={setting.workers}: no process can be started ({error.strerror or error}): ask for"
                    " fewer"
                ) from None
            self._workers.append(_Worker(process))
        return self._workers

    def bury(self, worker: _Worker) -> str:
        """Forgets a worker that has ended; returns how."""
        self._workers.remove(worker)
        return how_ended(end(worker.process, 1.0))

    def _sent(self, task: Task) -> Path | None:
        """The file with which workers are given a task; None of one that cannot be sent."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="vidcompress-"))
        file = self._folder / "task"
        return file if send(task, file) else None


@dataclass
class _Run:
    """One measurement on all workers."""

    engine: Processes
    task: Task
    file: Path
    numbers: Sequence[int]

    def __post_init__(self) -> None:
        self._left = deque(self.numbers)
        self._deaths = Counter[int]()
        self._for_here: list[int] = []

    def results(self) -> Iterator[int]:
        under_way = len(self.numbers)
        while under_way - len(self._for_here) > 0:
            workers = self.engine.workers()
            for worker in workers:
                self._feed(worker)
            for worker in _ready(workers):
                number = self._take(worker)
                if number is not None:
                    under_way -= 1
                    yield number
        # The error of a module is its own: it is raised where a single process would raise it.
        yield from self.engine.here.compute(self.task, sorted(self._for_here))

    def _feed(self, worker: _Worker) -> None:
        if worker.asked is not None or not self._left:
            return
        if worker.loaded is not self.task:
            threads = max(1, self.task.threads // self.engine.setting.workers)
            worker.ask(self.task, None, load=str(self.file), threads=threads)
            return
        number = self._left.popleft()
        places = [*self.task.places[number]]
        worker.ask(self.task, number, range=number, places=places, name=self.task.names[number])

    def _take(self, worker: _Worker) -> int | None:
        """The range that a worker has done; None where it has done something else."""
        assert worker.asked is not None
        (task, number), answer = worker.asked, worker.answer()
        worker.asked = None
        if answer is None:
            how = self.engine.bury(worker)
            if task is self.task:
                self._died(how, number)
        elif task is not self.task:
            pass  # of a measurement before this one
        elif number is None:
            self._has_loaded(worker, answer)
        elif "error" in answer:
            self._for_here.append(number)
        else:
            self.task.ticked(len(self.task.places[number]))
            return number
        return None

    def _has_loaded(self, worker: _Worker, answer: dict[str, Any]) -> None:
        worker.loaded = self.task
        # What ended some of them once in hours does not end all.
        del self._deaths[_LOADING]
        said = answer.get("answer")
        if isinstance(said, str) and same_answer(self.task.answer, said):
            return
        why = answer.get("error", "")
        warnings.warn(
            f"{self.task.what} is computed by one process: in another it "
            + (f"does not load ({why})" if why else "answers differently"),
            stacklevel=2,
        )
        self._for_here += self._left
        self._left.clear()

    def _died(self, how: str, number: int | None) -> None:
        place = _LOADING if number is None else number
        self._deaths[place] += 1
        if number is not None:
            self._left.appendleft(number)
        if self._deaths[place] >= MOST_DEATHS:
            where = "while it loaded" if number is None else f"at clips {self._clips(number)} of"
            raise SpoiledRunError(
                f"a worker of --vc-workers={self.engine.setting.workers} {how} {where} {self.task.what},"
                f" {MOST_DEATHS} times: each needs memory for a model; ask for fewer, or find out what ends it"
            )

    def _clips(self, number: int) -> str:
        ids = [self.task.clips.sample[place].id for place in self.task.places[number]]
        return f"{ids[0]} to {ids[-1]}"


def _ready(workers: Sequence[_Worker]) -> Sequence[_Worker]:
    """Those that have answered, or ended instead."""
    asked = {worker.process.stdout: worker for worker in workers if worker.asked and worker.process.stdout}
    ready, _, _ = select.select([*asked], [], [])
    return [asked[stream] for stream in ready]
