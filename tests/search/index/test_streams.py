"""Threads that embed side by side: how many, with what, and what is left as it was."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.crops import prefetch
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.measure.accuracy.threads import threads_kept
from pytest_vidcompress.measure.from_file.arm import Arm
from pytest_vidcompress.search.index.streams import Streams

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def three_cores_of_seven_threads(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.setattr(prefetch, "_cores", lambda: 3)
    with threads_kept():
        torch.set_num_threads(7)
        yield


def arm(run: object) -> Arm:
    profile = Profile(frames=2, rate=1, size=8)
    return Arm(run, profile, CPU)  # pyright: ignore[reportArgumentType]


def test_a_module_has_a_twin_in_every_thread_and_threads_share_the_cores() -> None:
    module = nn.Linear(2, 2)
    streams = Streams.of(arm(module))
    assert (streams.count, streams.threads) == (3, 2)
    with streams.arm() as one, streams.arm() as two, streams.arm() as three:
        runs = [one.run, two.run, three.run]
    assert len({id(run) for run in runs}) == 3
    assert all(isinstance(run, nn.Linear) and run.weight is module.weight for run in runs)


@pytest.mark.parametrize("run", [lambda pixels: pixels, torch.jit.ScriptModule()])
def test_what_else_executes_is_called_by_one_at_a_time(run: object) -> None:
    streams = Streams.of(arm(run))
    assert (streams.count, streams.threads) == (3, 7)
    with ThreadPoolExecutor(1) as other:
        with streams.arm() as taken:
            asked = other.submit(lambda: streams.arm().__enter__())
            assert not asked.done()
        assert asked.result(60) is taken
    assert taken.run is run


def test_torch_has_its_threads_again() -> None:
    streams = Streams.of(arm(nn.Identity()))
    with threads_kept(), ThreadPoolExecutor(1, initializer=streams.begin) as other:
        assert other.submit(torch.get_num_threads).result() == streams.threads
    with ThreadPoolExecutor(1) as later:
        assert later.submit(torch.get_num_threads).result() == 7
