from __future__ import annotations

import gc
import weakref

import torch
from torch import nn
from torch.nn.functional import relu

from pytest_vidcompress.compress.layers.dataflow import dataflow


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
        self.relu = nn.ReLU(inplace=True)
        self.kept: list[weakref.ref[torch.Tensor]] = []

    def forward(self, given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        inner = self.relu(self.first(given))
        self.kept.append(weakref.ref(inner))
        outer = self.second(inner)
        assert inner.shape == outer.shape, "asking for a shape takes nothing"
        return outer + inner, outer


def test_who_takes_what_a_part_gives() -> None:
    net = Net().eval()
    flow = dataflow(net, torch.randn(2, 4))
    (first,), (second,) = flow.runs_of("first"), flow.runs_of("second")
    assert [call.function for call in flow.takers(first.gives)] == ["relu", "linear", "add"]
    assert second.takes == first.gives, "what is done in place is the same tensor"
    assert [call.function for call in flow.takers(second.gives)] == ["add"]
    assert second.gives in flow.returned
    assert first.gives not in flow.returned
    assert [call.function for call in flow.takers(flow.number(net.second.weight))] == ["linear"]


def test_nothing_is_kept_alive() -> None:
    net = Net().eval()
    flow = dataflow(net, torch.randn(2, 4))
    gc.collect()
    assert net.kept[0]() is None
    numbers = [number for call in flow.calls for number in call.gives]
    assert len(set(numbers)) == 3, "of linear and of relu in its place, of linear, of add"
    assert not net.first._forward_hooks, "no hook is left"


def test_what_only_a_relu_takes_is_rectified() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.functional, self.in_place, self.both, self.never = (nn.Conv2d(3, 3, 1) for _ in range(4))
            self.relu = nn.ReLU(inplace=True)

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            one, other, both = self.functional(given), self.in_place(given), self.both(given)
            return relu(one) + self.relu(other) * 2 + other + relu(both) + both + self.never(given)

    flow = dataflow(Both().eval(), torch.randn(1, 3, 2, 2))
    assert [flow.is_rectified(name) for name in ("functional", "in_place", "both", "never", "absent")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_of_scripted_parts_nothing_is_known() -> None:
    net = nn.Sequential(nn.Linear(4, 4), torch.jit.script(nn.Linear(4, 4))).eval()
    flow = dataflow(net, torch.randn(2, 4))
    assert not flow.calls
    assert not flow.runs
