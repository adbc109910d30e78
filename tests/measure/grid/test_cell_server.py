from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.grid.cell_server import CellServer
from pytest_vidcompress.measure.latency import pickle_file


class Noting(nn.Module):
    """Notes what it is called with."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[tuple[float, ...], int, bool]] = []

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.seen.append((tuple(pixels[:, 0].tolist()), torch.get_num_threads(), self.training))
        return pixels


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = torch.get_num_threads()
    server, file = CellServer(), tmp_path / "pixels"
    pickle_file.write(file, torch.arange(3.0).reshape(3, 1))
    assert server.answer({"threads": 1, "pixels": str(file)}) == {"clips": 3}
    yield server
    torch.set_num_threads(before)


def load(server: CellServer, arm: object, folder: Path) -> None:
    file = folder / "arm"
    pickle_file.write(file, arm)
    assert server.answer({"load": str(file), "arm": "it"}) == {"loaded": "it"}


def test_calls_are_made_with_the_clips_and_threads_that_are_asked_for(server, tmp_path, monkeypatch) -> None:
    load(server, Noting(), tmp_path)
    (module,) = server._arms.values()
    answer = server.answer({"time": "it", "clips": [2, 0], "waking": 1, "calls": 2})
    assert module.seen == [((2.0, 0.0), 1, False)] * 3
    # What wakes it does not count.
    assert len(answer["seconds"]) == 2
    assert all(seconds > 0 for seconds in answer["seconds"])


def refuse(pixels: torch.Tensor) -> torch.Tensor:
    raise ValueError(f"no batch of {len(pixels)}")


def test_a_call_that_raises_is_answered_with_its_arm(server, tmp_path) -> None:
    load(server, refuse, tmp_path)
    answer = server.answer({"time": "it", "clips": [0, 1], "waking": 0, "calls": 1})
    assert answer == {"error": "ValueError: no batch of 2", "cause": "raised", "arm": "it"}
