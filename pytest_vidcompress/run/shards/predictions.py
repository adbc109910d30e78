"""Logits of a measurement, range by range: from the store where they are done, else from the engine, which puts them
there first. What is above sees the logits alone, the same as of a run that computed all by itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from ...clips.faults import Fault, Skipped
from ...clips.loader import Clips
from ...errors import VidcompressError
from ...measure.accuracy.predict import OfView, Progress
from ...measure.exits import exit_counts_of
from ...measure.resume.reuse import OLDEST_DAYS
from ...models.adapter import example_pixels
from ...processes.clock import today_s
from ..engines.engine import Engine, Task
from ..sent_modules import sent_modules
from .compute import Worker, compute
from .contents import contents
from .job import ABOUT, RESULTS, ClipRanges, range_name, result_name
from .measurement import Measured, Measurement, identify, same_answer
from .result import DamagedError, Result
from .stores.store import Store

Enough = Callable[[torch.Tensor], bool]


@dataclass
class SharedPredictions:
    """Of a run whose results go to a store."""

    store: Store
    engine: Engine
    ranges: ClipRanges
    """Of the sample that this run looks at."""
    began: float
    """When this process began to load code."""
    machine: str = ""
    lasting: bool = True
    """What is in the store stays when the run ends by itself."""
    unshared: dict[str, None] = field(default_factory=dict[str, None])
    """What was measured whose content cannot be told."""
    counted: tuple[int, int] = 0, 0
    """Ranges that were computed for this run, and those that were there."""
    _variants: set[str] = field(default_factory=set[str])
    """Digests of measurements that are of one run, as predictions of variants are."""

    def of(self, measured: Measured, module: Any = None) -> RangePredictions | None:
        """Those of one measurement; None where its content cannot be told, so that one process computes it.

        Args:
            module: the file of the test, which other processes may not be able to import.
        """
        measurement = identify(measured, self.began)
        if measurement is None:
            self.unshared[f"{measured.name} of {measured.model.name}"] = None
            return None
        if measured.test:
            self._variants.add(measurement.digest)
        about = f"{ABOUT}/{measurement.digest}.json"
        if not self.store.has(about):
            whole = {**measurement.about, "clips": self.ranges.sample}
            self.store.write(about, json.dumps(whole, sort_keys=True).encode())
        return RangePredictions(self, measured, measurement, module)

    def finish(self) -> None:
        """Drops what only the next run would want if this one had not ended by itself."""
        if self.lasting:
            return
        oldest_s = today_s() - OLDEST_DAYS * 86400
        for measurement, _ in self.store.folders(RESULTS):
            for name, entry in self.store.entries(f"{RESULTS}/{measurement}").items():
                if measurement in self._variants or entry.written_s < oldest_s:
                    self.store.remove(result_name(measurement, name))


@dataclass
class RangePredictions:
    """A `measure.accuracy.predict.Predict`."""

    shared: SharedPredictions
    measured: Measured
    measurement: Measurement
    module: Any = None

    def __call__(
        self,
        target: Callable[[torch.Tensor], Any],
        clips: Clips,
        labels: int,
        progress: Progress | None,
        enough: Enough | None,
        remember: Callable[[OfView], OfView] | None,
        /,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        bar = _Bar(progress, clips)
        task = self._task(target, clips, labels, bar.tick)
        taken = _Taken(clips, labels, target)
        for number, result in self._results(task, in_order=enough is not None):
            bar.finished = taken.add([clips.sample[place] for place in task.places[number]], result, enough)
            if clips.is_spoiled:
                clips.refuse_spoiled()
            if bar.finished:
                self.shared.engine.rest()
                break
        clips.refuse_unusable()
        bar.end(len(taken))
        return taken.logits, taken.targets

    def _task(
        self,
        target: Callable[[torch.Tensor], Any],
        clips: Clips,
        labels: int,
        ticked: Callable[[int], object],
    ) -> Task:
        places: dict[int, Sequence[int]] = {}
        begins = 0
        for number in self.shared.ranges.numbers:
            size = len(self.shared.ranges.clips_of(number))
            places[number] = range(begins, begins + size)
            begins += size
        names = {number: self._name(clips, number, each) for number, each in places.items()}
        model = self.measured.model
        return Task(
            run=target,
            clips=clips,
            labels=labels,
            answer=self.measurement.answer,
            names=names,
            places=places,
            ticked=ticked,
            noise=example_pixels(model.profile, seed=0).to(model.device),
            by_value=sent_modules(self.module),
            what=f"{self.measured.name} of {model.name}",
        )

    def _name(self, clips: Clips, number: int, places: Sequence[int]) -> str:
        own = [clips.sample[place] for place in places]
        name = range_name(number, [clip.id for clip in own], contents(own))
        return result_name(self.measurement.digest, name)

    def _results(self, task: Task, in_order: bool) -> Iterator[tuple[int, Result]]:
        """Of all ranges in order; what is missing is computed."""
        there = self.shared.store.entries(f"{RESULTS}/{self.measurement.digest}")
        missing = [number for number, name in task.names.items() if name.rpartition("/")[2] not in there]
        left = set(missing)
        task.ticked(sum(len(places) for number, places in task.places.items() if number not in left))
        shared, (computed, found) = self.shared, self.shared.counted
        shared.counted = computed, found + len(task.names) - len(missing)
        if missing and not in_order:
            # Of several drivers that go the same way, one would compute behind the other what that is at.
            random.SystemRandom().shuffle(missing)
        computing = self.shared.engine.compute(task, missing)
        for number in task.names:
            while number in left:
                left.discard(next(computing))
                shared.counted = shared.counted[0] + 1, shared.counted[1]
            yield number, self._read(task, number)

    def _read(self, task: Task, number: int) -> Result:
        """A result that is done.

        Raises:
            VidcompressError: what was written cannot be read back.
        """
        store, name = self.shared.store, task.names[number]
        for _ in range(2):
            content = store.read(name)
            try:
                result = Result.from_bytes(content) if content is not None else None
            except DamagedError:
                # A machine that lost its power; or somebody else wrote there.
                store.remove(name)
                result = None
            if result is not None and (result.labels, result.clips) == (
                task.labels,
                len(task.places[number]),
            ):
                if same_answer(result.answer, task.answer):
                    return result
                # It was another module for all its content says: what it says counts for nobody else.
                worker = Worker("", self.shared.machine)
                return compute(task.run, task.part(number), task.labels, task.answer, worker)
            for _done in self.shared.engine.compute(task, [number]):
                pass
        raise VidcompressError(
            f"the store {store.place} does not give back what was written to it ({name}): expected a folder or a URL"
            " that all processes of this run reach"
        )


class _Taken:
    """What was taken so far, as the loop of a single process would have left it."""

    def __init__(self, clips: Clips, labels: int, target: object) -> None:
        self._clips = clips
        self._counts = exit_counts_of(target)
        self._exits: list[int] = [0] * len(self._counts.names) if self._counts else []
        self._rows = [torch.empty(0, labels)]
        self._usable: list[Any] = []

    def __len__(self) -> int:
        return len(self._usable)

    def add(self, own: Sequence[Any], result: Result, enough: Enough | None) -> bool:
        """Takes a range, or as much of it as is enough; returns whether it was."""
        out = {place: Skipped(own[place], why, Fault(kind)) for place, kind, why in result.skipped}
        usable = [clip for place, clip in enumerate(own) if place not in out]
        self._clips.note([clip.id for clip in usable], [*out.values()])
        rows = (
            torch.frombuffer(bytearray(result.rows), dtype=torch.float32) if result.rows else torch.empty(0)
        )
        rows = rows.view(-1, result.labels)
        for place, clip in enumerate(usable):
            row = rows[place : place + 1]
            self._usable.append(clip)
            self._rows.append(row)
            if self._exits and result.exits:
                self._exits = [a + b for a, b in zip(self._exits, result.exits[place], strict=True)]
            if enough is not None and enough(row):
                return True
        return False

    @property
    def logits(self) -> torch.Tensor:
        if self._counts:
            self._counts.clear()
            for place, clips in enumerate(self._exits):
                self._counts.add(place, clips)
        return torch.cat(self._rows)

    @property
    def targets(self) -> torch.Tensor:
        return self._clips.targets_of(self._usable) if self._usable else torch.empty(0, dtype=torch.long)


class _Bar:
    """Progress over clips that are done in no order."""

    def __init__(self, progress: Progress | None, clips: Clips) -> None:
        self._progress = progress
        self._total = len(clips.sample)
        self._done = 0
        self.finished = False

    def tick(self, clips: int) -> None:
        self._done += clips
        if self._progress and clips:
            self._progress("clips", self._done, self._total)

    def end(self, taken: int) -> None:
        if self._progress and (taken < self._total):
            # A bar ends where its total is reached.
            self._progress("clips", taken, taken)
