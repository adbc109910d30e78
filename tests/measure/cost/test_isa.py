from __future__ import annotations

import torch
from torch import nn

from pytest_vidcompress.measure.cost.isa import isa


class Executable:
    def isa(self) -> str:
        return "avx512_vnni"


def test_torch_says_what_it_found() -> None:
    known = torch.backends.cpu.get_cpu_capability().lower()
    assert known
    assert isa(nn.ReLU(), in_torch=True) == known


def test_an_executable_knows_better() -> None:
    assert isa(Executable(), in_torch=False) == "avx512_vnni"


def test_what_nobody_says_is_empty() -> None:
    assert isa(lambda pixels: pixels, in_torch=False) == ""
