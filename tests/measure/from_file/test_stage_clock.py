from __future__ import annotations

import time

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.from_file.stage_clock import StageClock
from pytest_vidcompress.measure.latency.stopwatch import at_once


class Slow(nn.Module):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        time.sleep(self.seconds)
        return pixels


class Staged(nn.Module):
    def __init__(self, fails: bool = False) -> None:
        super().__init__()
        self.backbone = nn.ModuleList([Slow(0.01), Slow(0.01)])
        self.aggregator = Slow(0.005)
        self.fails = fails

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        for part in self.backbone:
            pixels = part(pixels)
        if self.fails:
            raise OSError
        return self.aggregator(pixels)


def test_every_stage_is_timed_by_itself_and_anew_after_each_look() -> None:
    module = Staged()
    clock = StageClock(module, at_once)
    with clock.running():
        module(torch.zeros(1))
        first = clock.take()
        assert clock.take() == {"backbone": 0.0, "aggregator": 0.0}
    assert first["backbone"] >= 0.02
    assert 0.005 <= first["aggregator"] < first["backbone"]
    module(torch.zeros(1))
    assert set(clock.take().values()) == {0.0}, "no hook is left"


def test_a_call_that_fails_leaves_no_hook_and_no_count() -> None:
    module = Staged(fails=True)
    clock = StageClock(module, at_once)
    with pytest.raises(OSError), clock.running():
        module(torch.zeros(1))
    assert clock.take()["aggregator"] == 0.0


@pytest.mark.parametrize("target", [nn.Linear(2, 2), lambda pixels: pixels])
def test_what_shows_no_stages_has_none(target: object) -> None:
    assert StageClock(target, at_once).take() == {}
