"""Processes that share a measurement give its bits, whatever becomes of them on the way."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import SpoiledRunError
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.processes.lifeline import children
from pytest_vidcompress.run.engines.engine import Setting
from pytest_vidcompress.run.engines.placement import place, placement
from pytest_vidcompress.run.engines.processes import Processes
from pytest_vidcompress.run.shards.job import ClipRanges
from pytest_vidcompress.run.shards.measurement import Measured
from pytest_vidcompress.run.shards.predictions import SharedPredictions
from pytest_vidcompress.run.shards.stores.open import open_store
from tests.clips.crops.processes import gone
from tests.run.shards.conftest import (
    CLIPS,
    PIXELS,
    RANGE,
    beside,
    clips_of,
    counted_in,
    deadly,
    frail,
    leisurely,
    model,
    small_ranges,
)

__all__ = ["model", "small_ranges"]
pytestmark = [
    pytest.mark.usefixtures("small_ranges"),
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill"),
]
LABELS = 16


@pytest.fixture(scope="module")
def strangers() -> frozenset[int]:
    """Processes of this one that are none of the engine's: another test's browser, say."""
    return children()


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The same for all tests of this file: processes that they share have loaded it."""
    with counted_in(tmp_path_factory.mktemp("counted")) as module:
        yield module


def engine_of(folder: Path, workers: int = 2) -> Processes:
    return Processes(Setting(open_store(str(folder)), "a-cpu", workers=workers, paths=tuple(sys.path)))


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory, counted: Any) -> Iterator[Processes]:
    made = engine_of(tmp_path_factory.mktemp("shared") / "store")
    yield made
    made.close()


@pytest.fixture
def engine(strangers: frozenset[int], processes: Processes) -> Iterator[Processes]:
    """One whose processes other tests have used, too: they take longer to start than all that they compute here."""
    yield processes
    processes.rest()
    for file in results(processes):
        file.unlink()


def logits(engine: Processes, run: Any, of: Model, name: str = "small", enough: Any = None) -> torch.Tensor:
    own = SharedPredictions(engine.setting.store, engine, ClipRanges.of(CLIPS), time.time() + 1, "a-cpu")
    found = own.of(Measured(run, of, name, f"test {name}"))
    assert found is not None
    return found(run, clips_of(), LABELS, None, enough, None)[0]


def results(engine: Processes) -> list[Path]:
    return [*(Path(engine.setting.store.place) / "results").rglob("*-*")]


def test_two_processes_give_the_bits_of_one(engine: Processes, model: Model, counted: Any) -> None:
    expected, before = predict(model.module, clips_of(), LABELS)[0], len(counted.calls)
    assert torch.equal(logits(engine, model.module, model), expected)
    assert len(counted.calls) == before + 1  # of noise
    assert len(results(engine)) == CLIPS // RANGE
    other = replace(
        model, module=counted.Counted(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(PIXELS, 16)))
    )
    assert torch.equal(
        logits(engine, other.module, other, "other"), predict(other.module, clips_of(), LABELS)[0]
    )


def test_weights_lie_as_they_lay() -> None:
    odd = torch.nn.Linear(33, 7)
    place(odd, [56, 4])
    assert placement(odd) == [56, 4]
    whole = torch.nn.Linear(33, 7)
    whole.load_state_dict(odd.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(odd.parameters(), whole.parameters(), strict=True))


def test_torch_is_set_there_as_it_is_here(
    engine: Processes, model: Model, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "import torch, counted\n"
        "class Precise(counted.Counted):\n"
        "    def forward(self, pixels):\n"
        "        return super().forward(pixels) + len(torch.get_float32_matmul_precision())\n"
    )
    precise = beside(counted, "precise", text).Precise(model.module.inner).eval()
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        expected, calls = predict(precise, clips_of(), LABELS)[0], len(counted.calls)
        assert torch.equal(logits(engine, precise, replace(model, module=precise)), expected)
        assert len(counted.calls) == calls + 1  # of noise
    finally:
        torch.set_float32_matmul_precision(before)


def test_what_is_left_early_rests(engine: Processes, model: Model, counted: Any) -> None:
    """What comes next may be timed."""
    late = leisurely(counted, 0.3)(model.module.inner).eval()
    logits(engine, late, replace(model, module=late), enough=lambda _: True)
    there = len(results(engine))
    time.sleep(1)
    assert len(results(engine)) == there < CLIPS // RANGE
    expected = predict(model.module, clips_of(), LABELS)[0]
    assert torch.equal(logits(engine, model.module, model, "second"), expected)


def test_a_store_that_is_full_ends_the_run_in_a_line(model: Model, tmp_path: Path) -> None:
    with closing(engine_of(tmp_path / "store")) as engine:
        logits(engine, model.module, model)
        for folder in ("parts", "results"):
            shutil.rmtree(tmp_path / "store" / folder)
            (tmp_path / "store" / folder).write_text("no room")
        with pytest.raises(SpoiledRunError, match=r"^the store .* cannot be written "):
            logits(engine, model.module, model, "second")


def test_what_cannot_be_sent_is_computed_here(
    engine: Processes, model: Model, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = predict(model.module, clips_of(), LABELS)[0]
    monkeypatch.setattr(counted, "shift", 1)  # which other processes do not know of
    with pytest.warns(
        UserWarning, match="^small of dense is computed by one process: in another it answers diff"
    ):
        assert torch.equal(logits(engine, model.module, model), expected + 1)


@pytest.mark.parametrize("times", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_workers_that_are_killed_cost_nothing(
    times: int, engine: Processes, model: Model, strangers: frozenset[int]
) -> None:
    """At random moments, one of them or both, with SIGKILL."""
    chance = random.Random(times)
    expected = predict(model.module, clips_of(), LABELS)[0]
    logits(engine, model.module, model, "first")  # so that they have started

    def kill() -> None:
        time.sleep(chance.uniform(0, 0.3))
        workers = sorted(children() - strangers)
        killed(chance.sample(workers, min(len(workers), chance.randint(1, 2))))

    for _ in range(times):
        for file in results(engine):
            file.unlink()
        killer = threading.Thread(target=kill)
        killer.start()
        try:
            assert torch.equal(logits(engine, model.module, model, "first"), expected)
        finally:
            killer.join()
    assert torch.equal(logits(engine, model.module, model, "second"), expected)


def killed(workers: Iterable[int]) -> None:
    """All at once; they have ended when it returns."""
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    assert gone([*workers])


def test_a_worker_that_dies_while_nothing_is_asked_of_it_died_of_nothing_that_is_measured(
    engine: Processes, model: Model, strangers: frozenset[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often."""
    monkeypatch.setattr(f"{Processes.__module__}.MOST_DEATHS", 1)
    expected = logits(engine, model.module, model, "first")
    assert children() - strangers
    killed(children() - strangers)
    assert torch.equal(logits(engine, model.module, model, "second"), expected)


def test_a_range_that_kills_every_worker_is_named(engine: Processes, model: Model, counted: Any) -> None:
    fatal = deadly(counted, model.module.inner)
    with pytest.raises(SpoiledRunError, match=r"^a worker of .*=2 was killed by SIGKILL at clips .* 3 times"):
        logits(engine, fatal, replace(model, module=fatal))


@pytest.mark.slow
def test_deaths_while_loading_are_counted_in_a_row(model: Model, counted: Any, tmp_path: Path) -> None:
    """Not over all of a measurement, which may take days."""
    # One worker: it dies as it loads, does so, dies over a range, twice as it loads again, and does both.
    module = frail(counted, model.module.inner, (1, 3, 4, 5))
    with closing(engine_of(tmp_path / "store", workers=1)) as engine:
        expected = predict(model.module, clips_of(), LABELS)[0]
        assert torch.equal(logits(engine, module, replace(model, module=module)), expected)
    assert Path(module.file).stat().st_size == 6 + CLIPS


def test_no_worker_outlives_its_engine(engine: Processes, model: Model, strangers: frozenset[int]) -> None:
    logits(engine, model.module, model)
    assert children() - strangers
    engine.close()
    assert not children() - strangers
