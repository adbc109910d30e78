"""Real processes, one for each number of threads; what ends one is a failure of the cell that did."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.measure.grid.cell import Arm, Cell
from pytest_vidcompress.measure.grid.cell_timer import SERVER, CellTimer, window
from pytest_vidcompress.measure.latency import pickle_file
from pytest_vidcompress.measure.latency.failure import Cause, FreshProcessError
from pytest_vidcompress.measure.latency.fresh_process import ForkServer


def test_a_batch_begins_with_the_clip_of_its_round_and_goes_round() -> None:
    assert window(0, 1, 8) == [0]
    assert window(9, 1, 8) == [1]
    assert window(6, 4, 8) == [6, 7, 0, 1]
    assert window(0, 3, 2) == [0, 1, 0]


class Writing:
    """Writes its process and threads at each call; dies of a batch of two."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        with self.log.open("a") as file:
            file.write(f"{os.getpid()} {torch.get_num_threads()}\n")
        if len(pixels) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return pixels


@pytest.fixture
def timer(tmp_path: Path):
    arm, pixels = tmp_path / "arm", tmp_path / "pixels"
    pickle_file.write(arm, Writing(tmp_path / "log"), [sys.modules[__name__]])
    pickle_file.write(pixels, torch.zeros(3, 1))
    timer = CellTimer(
        {Arm("fp32", "torch"): arm}, pixels, 3, lambda: ForkServer(paths=tuple(sys.path), module=SERVER)
    )
    yield timer
    timer.close()


def cell(batch: int = 1, threads: int = 1) -> Cell:
    return Cell(Arm("fp32", "torch"), batch, threads)


def test_each_number_of_threads_has_a_process_and_one_that_ends_is_replaced(timer, tmp_path) -> None:
    before = torch.get_num_threads()
    assert timer.ready(cell()) > 0
    assert len(timer.turn(cell(), 0, calls=3, waking=1)) == 3
    timer.turn(cell(threads=2), 0, calls=1, waking=0)
    with pytest.raises(FreshProcessError) as failed:
        timer.turn(cell(batch=2, threads=2), 1, calls=1, waking=0)
    assert failed.value.failure.cause is Cause.DIED
    assert "SIGKILL" in failed.value.failure.text
    timer.turn(cell(threads=2), 2, calls=1, waking=0)
    timer.turn(cell(), 2, calls=1, waking=0)
    calls = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    by_process = {pid: {threads for one, threads in calls if one == pid} for pid, _ in calls}
    assert [*by_process.values()] == [{"1"}, {"2"}, {"2"}]
    # The first one goes on all the time.
    assert calls[-1][0] == calls[0][0]
    assert torch.get_num_threads() == before
