from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.openvino import OPENVINO
from pytest_vidcompress.runtimes.torch_eager import executable

pytestmark = pytest.mark.skipif(bool(OPENVINO.missing), reason=f"openvino: {OPENVINO.missing}")


class Perceptron(nn.Module):
    """Of vectors, with a norm between its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(12, 8), nn.BatchNorm1d(8)
        self.second, self.third = nn.Linear(8, 12), nn.Linear(12, 3)
        assert self.norm.running_var is not None
        self.norm.running_var.fill_(0.5)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.third(self.second(self.norm(self.first(pixels.flatten(1)))).relu())


def pixels(seed: int) -> torch.Tensor:
    return torch.randn(1, 1, 3, 2, 2, generator=torch.Generator().manual_seed(seed))


class Noise:
    expected = 3

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((pixels(each), torch.zeros(1, dtype=torch.long)) for each in range(self.expected))


def test_a_norm_between_integer_layers_reads_no_memory_that_nobody_wrote() -> None:
    torch.manual_seed(0)
    own = Model("own", Perceptron().eval(), Profile(1, 1, 2), ("a", "b", "c"))
    made = parse("int8-static", TECHNIQUES).apply(own, cast(Clips, Noise()))
    with torch.inference_mode():
        expected = executable(made.module)(pixels(9))
    torch.testing.assert_close(OPENVINO.prepare(made)(pixels(9)), expected, rtol=0.05, atol=0.05)
