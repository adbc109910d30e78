"""What hooks note of the parts of a block, on devices that work while nobody waits and on those without doubles."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.sensitivity import block_parts
from pytest_vidcompress.measure.sensitivity.block_parts import summing_outputs, timing_spans


class Device:
    """Does what it was given when somebody waits for it."""

    def __init__(self) -> None:
        self.now_s = self.queued_s = 0.0

    def synchronize(self) -> None:
        self.now_s, self.queued_s = self.now_s + self.queued_s, 0.0


class Queued(nn.Module):
    """Takes a device some seconds."""

    def __init__(self, device: Device, seconds: float) -> None:
        super().__init__()
        self.device, self.seconds = device, seconds

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.device.queued_s += self.seconds
        return pixels


def test_a_span_takes_what_the_device_works_between_its_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device()
    monkeypatch.setattr(block_parts, "now_s", lambda: device.now_s)
    module = nn.Sequential(*(Queued(device, seconds) for seconds in (1.0, 2.0, 4.0, 8.0)))
    with timing_spans(module, [("1", "2"), ("3", "3")], device.synchronize) as seconds:
        module(torch.zeros(1))
    assert seconds == {"2": 6.0, "3": 8.0}


def test_means_are_taken_without_doubles_where_a_device_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise TypeError("no doubles here")

    monkeypatch.setattr(block_parts, "has_doubles", lambda device: False)
    monkeypatch.setattr(torch.Tensor, "double", refuse)
    module = nn.Sequential(nn.Identity())
    with summing_outputs(module, [("0", "0")]) as means:
        module(torch.tensor([[1.0, 2.0], [3.0, 6.0]]))
    assert means["0"].tolist() == [2.0, 4.0]
