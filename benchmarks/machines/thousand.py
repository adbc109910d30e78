"""Up to a thousand machines on one store, in virtual time, with every request to the store counted.

    python -m benchmarks.machines.thousand [--machines=1,10,100,1000] [--variants=20] [--clips=19906]

Drivers are the package's own code: they list the store, choose among what is missing, ask again before each range,
write, and read everything back. Computing alone is made: it lets virtual time pass, 64 clips of 15 views of a second
each, on machines that differ in speed, and some of which die on the way and are started again.

Four ways: a shard a machine; shards in a queue, as of a Slurm array with more tasks than run at once; the nodes of
one run, as of Ray; runs on one store. Where there are more machines than ranges of a measurement, groups of them have
other variants, as --vc-variant deals them out.

Writes thousand.json beside it; it takes minutes, and no time that the machine's load could change.
"""

from __future__ import annotations

import argparse
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch

from benchmarks.machines.counting_store import CountingStore
from benchmarks.machines.shared import write
from benchmarks.machines.virtual_time import Gate, VirtualClock
from pytest_vidcompress.run.engines import result_writer
from pytest_vidcompress.run.engines.engine import Setting, Task
from pytest_vidcompress.run.engines.here import Here
from pytest_vidcompress.run.shards import predictions, tally
from pytest_vidcompress.run.shards.job import SIZE, ClipRanges, Share, count, range_name, result_name
from pytest_vidcompress.run.shards.measurement import Measured, Measurement
from pytest_vidcompress.run.shards.predictions import RangePredictions, SharedPredictions
from pytest_vidcompress.run.shards.result import Made, Result

RESULTS = Path(__file__).with_suffix(".json")
LABELS = 10
REQUEST_S = 0.03
VIEW_S, VIEWS = 1.0, 15
SPREAD = 0.2
"""Of the logarithm of machines' speeds."""
DYING = 0.05
"""Share of the machines that die once."""
RESTART_S = 600.0


class _DiedError(Exception):
    """A machine is gone."""


@dataclass
class Machine:
    """One of many; `computed` is filled in."""

    clock: VirtualClock
    slowness: float
    dies_s: float
    computed: int = 0
    busy_s: float = 0.0

    def compute(self, part: Any) -> Result:
        seconds = VIEW_S * VIEWS * len(part) * self.slowness
        if self.clock.now() + seconds > self.dies_s:
            self.clock.sleep(max(0.0, self.dies_s - self.clock.now()))
            self.dies_s = float("inf")
            raise _DiedError
        self.clock.sleep(seconds)
        self.computed += 1
        self.busy_s += seconds
        return Result(len(part), LABELS, bytes(4 * LABELS * len(part)), made=Made("", "made", 1, seconds))


SHARDS, MORE_SHARDS, DRIVERS, NODES = (
    "a shard each",
    "shards in a queue",
    "runs on one store",
    "nodes of one run",
)
"""Ways to share: the second is a Slurm array with more tasks than run at once, the last a Ray cluster."""
MOST_DRIVERS = 100
"""Each reads everything: of more the requests are so many times more."""
START_S = 60.0
"""Until a run has loaded models and begins, where a machine takes one shard after another."""


@dataclass(frozen=True)
class Plan:
    """What is computed by how many, and how they share it."""

    machines: int
    variants: int
    clips: int
    way: str

    @property
    def groups(self) -> int:
        """Of runs, with other variants each; a run that feeds nodes is the only one."""
        return 1 if self.way == NODES else min(self.variants, -(-self.machines // count(self.clips)))

    @property
    def runs(self) -> int:
        """That machines take one after the other."""
        return self.groups * count(self.clips) if self.way == MORE_SHARDS else self.machines

    def share(self, run: int) -> tuple[range, Share | None]:
        """Its variants, and its part of the clips."""
        group, number = run % self.groups, run // self.groups
        of = len(range(group, self.runs, self.groups))
        share = Share(number + 1, of) if self.way in (SHARDS, MORE_SHARDS) else None
        return range(group, self.variants, self.groups), share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--machines", default="1,10,100,1000")
    parser.add_argument("--variants", type=int, default=20)
    parser.add_argument("--clips", type=int, default=19_906)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    rows = [
        simulate(Plan(machines, given.variants, given.clips, way))
        for machines in map(int, given.machines.split(","))
        for way in (SHARDS, MORE_SHARDS, NODES, *((DRIVERS,) if machines <= MOST_DRIVERS else ()))
    ]
    write(given.out, {"variants": given.variants, "clips": given.clips, "request_s": REQUEST_S, "rows": rows})


def simulate(plan: Plan) -> dict[str, Any]:
    """All machines of a plan, and then the run over all results."""
    clock, chance = VirtualClock(), random.Random(plan.machines)
    store = CountingStore(clock.sleep, REQUEST_S)
    machines = [_machine(clock, chance) for _ in range(plan.machines)]
    tasks = [_task(variant, plan.clips) for variant in range(plan.variants)]
    with (
        patch.object(predictions, "identify", lambda measured, _began: Measurement(measured.test, {}, "")),
        patch.object(tally, "now_s", clock.now),
        patch.object(result_writer, "compute", lambda run, part, *_: run(part)),
    ):
        took_s = clock.run(_deeds(plan, clock, machines, store, tasks))
        shared = dict(store.requests)
        store.requests.clear()
        whole = replace(plan, machines=1, way=DRIVERS)
        clock.run([lambda: _drive(whole, 0, _machine(clock, chance), store, tasks)])
    jobs, computed = plan.variants * count(plan.clips), sum(each.computed for each in machines)
    ideal_s = sum(each.busy_s / each.slowness for each in machines) / sum(
        1 / each.slowness for each in machines
    )
    return {
        "machines": plan.machines,
        "way": plan.way,
        "groups": plan.groups,
        "jobs": jobs,
        "computed_twice": computed - jobs,
        "took_h": took_s / 3600,
        "of_ideal": ideal_s * jobs / computed / took_s,
        "requests": shared,
        "requests_a_job": sum(shared.values()) / jobs,
        "requests_of_the_run_over_all": dict(store.requests),
    }


def _machine(clock: VirtualClock, chance: random.Random) -> Machine:
    dies_s = chance.uniform(0, 20 * 3600) if chance.random() < DYING else float("inf")
    return Machine(clock, chance.lognormvariate(0, SPREAD), dies_s)


def _deeds(
    plan: Plan, clock: VirtualClock, machines: list[Machine], store: CountingStore, tasks: list[Task]
) -> list[Callable[[], object]]:
    if plan.way == NODES:
        run = Cluster(clock, store, tasks)
        return [partial(run.drive, machines[0]), *(partial(run.serve, each) for each in machines)]
    if plan.way == MORE_SHARDS:
        queue = deque(range(plan.runs))
        return [partial(_take_turns, plan, queue, each, store, tasks) for each in machines]
    return [partial(_drive, plan, number, each, store, tasks) for number, each in enumerate(machines)]


def _take_turns(
    plan: Plan, queue: deque[int], machine: Machine, store: CountingStore, tasks: list[Task]
) -> None:
    while queue:
        number = queue.popleft()
        machine.clock.sleep(START_S)
        _drive(plan, number, machine, store, tasks)


class Cluster:
    """One run that feeds nodes, measurement after measurement; it waits for all ranges of each."""

    def __init__(self, clock: VirtualClock, store: CountingStore, tasks: list[Task]) -> None:
        self._clock = clock
        self._store = store
        self._tasks = tasks
        self._left: deque[int] = deque()
        self._under_way = 0
        self._begun = [Gate(clock) for _ in tasks]
        self._done = [Gate(clock) for _ in tasks]

    def drive(self, machine: Machine) -> None:
        own = SharedPredictions(
            self._store, Here(Setting(self._store, "made")), _all(self._tasks[0]), 0.0, "made"
        )
        for variant, task in enumerate(self._tasks):
            found = _measurement(own, machine, variant)
            missing = [*task.names]
            self._left, self._under_way = deque(missing), len(missing)
            self._begun[variant].open()
            self._done[variant].wait()
            for _ in found._results(task, in_order=False):
                pass

    def serve(self, machine: Machine) -> None:
        """A node: what an actor asks of the store, `Here` asks too."""
        engine = Here(Setting(self._store, "made"))
        for variant, task in enumerate(self._tasks):
            self._begun[variant].wait()
            own = replace(task, run=machine.compute)
            while self._left:
                number = self._left.popleft()
                try:
                    list(engine.compute(own, [number]))
                except _DiedError:
                    self._left.append(number)
                    machine.clock.sleep(RESTART_S)
                    continue
                self._under_way -= 1
            if not self._under_way:
                self._done[variant].open()


def _drive(plan: Plan, number: int, machine: Machine, store: CountingStore, tasks: list[Task]) -> None:
    """A run on one machine, started again where it dies."""
    while True:
        try:
            for _ in _run(plan, number, machine, store, tasks):
                pass
            return
        except _DiedError:
            machine.clock.sleep(RESTART_S)


def _run(plan: Plan, number: int, machine: Machine, store: CountingStore, tasks: list[Task]) -> Iterator[int]:
    variants, share = plan.share(number)
    engine = Here(Setting(store, "made", str(share or "")))
    own = SharedPredictions(store, engine, ClipRanges.of(plan.clips, share), 0.0, "made")
    for variant in variants:
        found = _measurement(own, machine, variant)
        whole = tasks[variant]
        names = {each: whole.names[each] for each in own.ranges.numbers}
        for done, _ in found._results(replace(whole, run=machine.compute, names=names), in_order=False):
            yield done
    engine.close()


def _measurement(own: SharedPredictions, machine: Machine, variant: int) -> RangePredictions:
    model: Any = SimpleNamespace(name="made")
    found = own.of(Measured(machine.compute, model, f"variant-{variant}", f"{variant:040x}"))
    assert found is not None
    return found


def _all(task: Task) -> ClipRanges:
    return ClipRanges.of(sum(map(len, task.places.values())))


class _Clips:
    """As much of clips as computing takes here."""

    def part(self, places: Any) -> Any:
        return places


def _task(variant: int, clips: int) -> Task:
    places = {number: range(SIZE * number, min(SIZE * (number + 1), clips)) for number in range(count(clips))}
    names = {
        number: result_name(f"{variant:040x}", range_name(number, [*map(str, own)], [""] * len(own)))
        for number, own in places.items()
    }
    stub: Any = _Clips()
    return Task(lambda _: None, stub, LABELS, "", names, places, lambda _: None, torch.empty(0))


if __name__ == "__main__":
    main()
