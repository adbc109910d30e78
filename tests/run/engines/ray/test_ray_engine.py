"""Actors on two nodes of a cluster give the bits of one process, whatever becomes of them on the way."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import SpoiledRunError, VidcompressError
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.engines.engine import Setting
from pytest_vidcompress.run.shards.job import ClipRanges
from pytest_vidcompress.run.shards.measurement import Measured
from pytest_vidcompress.run.shards.predictions import SharedPredictions
from pytest_vidcompress.run.shards.result import Result
from pytest_vidcompress.run.shards.stores.open import open_store
from tests.run.engines.ray.two_nodes import TwoNodes, two_nodes
from tests.run.shards.conftest import CLIPS, RANGE, clips_of, counted, deadly, leisurely, model, small_ranges

__all__ = ["counted", "model", "small_ranges"]
pytest.importorskip("ray", reason="Ray, for --vc-engine=ray, is not installed")

from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.run.engines.ray import pool, ray_engine
from pytest_vidcompress.run.engines.ray.ray_engine import RayEngine
from pytest_vidcompress.runtimes.torch_eager import version

pytestmark = [pytest.mark.usefixtures("small_ranges"), pytest.mark.slow]
LABELS = 16


@pytest.fixture(scope="module")
def nodes() -> Iterator[TwoNodes]:
    with two_nodes() as found:
        yield found


@pytest.fixture
def make(
    nodes: TwoNodes, tmp_path: Path, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., RayEngine]]:
    """Engines over one store; those that a test leaves open are closed."""
    # On a busy machine a process loads torch for longer than a run would wait before it begins.
    monkeypatch.setattr(ray_engine, "_GREETING_S", 300.0)
    made: list[RayEngine] = []

    def make(place: str = "", **changed: Any) -> RayEngine:
        store = open_store(place or str(tmp_path / "store"))
        setting = Setting(store, machine(version()).computer, address=nodes.address, paths=tuple(sys.path))
        made.append(RayEngine(replace(setting, **changed)))
        return made[-1]

    yield make
    for each in reversed(made):
        each.close()


@pytest.fixture
def engine(make: Callable[..., RayEngine]) -> RayEngine:
    return make()


def logits(engine: RayEngine, run: Any, of: Model, name: str = "small", enough: Any = None) -> torch.Tensor:
    store = engine.here.setting.store
    own = SharedPredictions(store, engine, ClipRanges.of(CLIPS), time.time() + 1, "a-cpu")
    found = own.of(Measured(run, of, name, f"test {name}"))
    assert found is not None
    return found(run, clips_of(), LABELS, None, enough, None)[0]


def results(tmp_path: Path) -> list[Result]:
    files = (tmp_path / "store" / "results").rglob("*-*")
    return [Result.from_bytes(file.read_bytes()) for file in files]


def pids(engine: RayEngine) -> list[int]:
    """Of the actors that were greeted."""
    ray = engine.cluster.ray
    asked = [each.actor.__ray_call__.remote(lambda _: os.getpid()) for each in engine.pool.workers]
    return ray.get(asked)


def test_two_nodes_give_the_bits_of_one_process(
    engine: RayEngine, model: Model, counted: Any, tmp_path: Path
) -> None:
    expected, before = predict(model.module, clips_of(), LABELS)[0], len(counted.calls)
    assert torch.equal(logits(engine, model.module, model), expected)
    assert len(counted.calls) == before + 1  # of noise
    assert len(results(tmp_path)) == CLIPS // RANGE
    late = leisurely(counted, 0.05)(model.module.inner).eval()
    assert torch.equal(logits(engine, late, replace(model, module=late), "second"), expected)
    assert len({each.made.by for each in results(tmp_path)}) == 2


@pytest.mark.parametrize("seed", range(3))
def test_actors_that_are_killed_cost_nothing(
    seed: int, engine: RayEngine, model: Model, counted: Any, tmp_path: Path
) -> None:
    """At a random moment, one of them or both, with SIGKILL."""
    chance = random.Random(seed)
    expected = predict(model.module, clips_of(), LABELS)[0]
    late = leisurely(counted, 0.2)(model.module.inner).eval()
    own = pids(engine)

    def kill() -> None:
        time.sleep(chance.uniform(0, 1))
        for pid in chance.sample(own, chance.randint(1, 2)):
            os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        assert torch.equal(logits(engine, late, replace(model, module=late)), expected)
    finally:
        killer.join()
    assert len(results(tmp_path)) == CLIPS // RANGE
    assert torch.equal(logits(engine, model.module, model, "second"), expected)


def test_a_node_that_is_lost_costs_nothing(
    make: Callable[..., RayEngine], nodes: TwoNodes, model: Model, counted: Any, tmp_path: Path
) -> None:
    expected = predict(model.module, clips_of(), LABELS)[0]
    late = leisurely(counted, 0.5)(model.module.inner).eval()
    engine = make()
    killer = threading.Timer(1.0, nodes.kill)
    killer.start()
    try:
        assert torch.equal(logits(engine, late, replace(model, module=late)), expected)
    finally:
        killer.join()
        nodes.add()
    assert len(results(tmp_path)) == CLIPS // RANGE
    # The node that came in its place is used.
    engine.pool._looked_s = float("-inf")
    until = time.monotonic() + 60
    while len(engine.pool.idle()) < 2 and time.monotonic() < until:
        engine.pool.refresh()
        list(engine.pool.answers(1.0))
    assert len({each.node.id for each in engine.pool.idle()}) == 2


def test_a_range_that_kills_every_worker_is_named(engine: RayEngine, model: Model, counted: Any) -> None:
    fatal = deadly(counted, model.module.inner)
    with pytest.raises(SpoiledRunError, match=r"^--vc-engine=ray:\S+: the worker on node .* 3 times: "):
        logits(engine, fatal, replace(model, module=fatal))


def test_what_answers_otherwise_elsewhere_is_computed_here(
    engine: RayEngine, model: Model, counted: Any
) -> None:
    expected = predict(model.module, clips_of(), LABELS)[0]
    counted.shift = 1  # which no node knows of
    with pytest.warns(
        UserWarning, match="^small of dense is computed by one process: on node .* differently$"
    ):
        assert torch.equal(logits(engine, model.module, model), expected + 1)


def test_other_clips_on_a_node_end_the_run(engine: RayEngine, model: Model, tmp_path: Path) -> None:
    """Its answers would be of other clips than what the result is called by."""
    clips = clips_of()
    moved = []
    for each in clips.sample:
        copy = tmp_path / each.path.name
        copy.write_bytes(each.path.read_bytes())
        moved.append(replace(each, path=copy))
    clips.sample = tuple(moved)
    store = engine.here.setting.store
    own = SharedPredictions(store, engine, ClipRanges.of(CLIPS), time.time() + 1, "a-cpu")
    found = own.of(Measured(model.module, model, "small", "test"))
    assert found is not None
    task = found._task(model.module, clips, LABELS, lambda _: None)
    for each in moved:
        each.path.write_bytes(b"another")
    with pytest.raises(SpoiledRunError, match=r": node .*: the clips are other files there"):
        list(engine.compute(task, [*task.names]))
    assert not results(tmp_path)


def test_what_is_left_early_rests(engine: RayEngine, model: Model, counted: Any, tmp_path: Path) -> None:
    late = leisurely(counted, 0.3)(model.module.inner).eval()
    logits(engine, late, replace(model, module=late), enough=lambda _: True)
    there = len(results(tmp_path))
    time.sleep(1)
    assert len(results(tmp_path)) == there < CLIPS // RANGE
    expected = predict(model.module, clips_of(), LABELS)[0]
    assert torch.equal(logits(engine, model.module, model, "second"), expected)


def test_where_no_node_has_room_this_process_computes(
    make: Callable[..., RayEngine],
    engine: RayEngine,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    assert len(engine.pool.idle()) == 2
    monkeypatch.setattr(ray_engine, "_GREETING_S", 0.1)
    monkeypatch.setattr(ray_engine, "PATIENCE_S", 0)
    second = make()  # while the first has the nodes
    with pytest.warns(UserWarning, match="no node has room for a worker"):
        found = logits(second, model.module, model)
    assert torch.equal(found, predict(model.module, clips_of(), LABELS)[0])


def test_another_version_on_a_node_is_named(
    make: Callable[..., RayEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = pool.facts(0)
    monkeypatch.setattr(pool, "facts", lambda _: {**known, "torch": "1.0"})
    with pytest.raises(
        VidcompressError, match=r"^--vc-engine=ray:\S+: node .* has pytest-vidcompress .*: install"
    ):
        make()
    monkeypatch.setattr(pool, "facts", lambda now: {**real_facts(now), "torch": "1.0"})
    with pytest.raises(
        VidcompressError, match=r": node .* has torch .*, and here it is 1.0: install the same"
    ):
        make()


def test_another_ray_than_the_cluster_has_is_named(
    make: Callable[..., RayEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    monkeypatch.setattr(ray, "__version__", "9.9")
    with pytest.raises(VidcompressError, match=r"^--vc-engine=ray:\S+: .*Version mismatch: .* Ray: 9\.9 "):
        make()


real_facts = pool.facts


def test_a_store_that_a_node_does_not_reach_is_named(make: Callable[..., RayEngine]) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(VidcompressError, match=r"node .*: the store memory://x is another one there"):
        make("memory://x")


def test_nothing_of_it_is_left(engine: RayEngine, tmp_path: Path) -> None:
    own = pids(engine)
    engine.close()
    until = time.monotonic() + 30
    while any(_is_running(pid) for pid in own) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(_is_running(pid) for pid in own)
    assert not [*(tmp_path / "store" / "probes").iterdir()]


def _is_running(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
