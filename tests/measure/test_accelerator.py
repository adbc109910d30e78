"""What a device is called in a machine class, from what torch would say of it: none of these is needed here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from pytest_vidcompress.measure.accelerator import Accelerator, accelerator, described

H100 = SimpleNamespace(name="NVIDIA H100 80GB HBM3", major=9, minor=0, total_memory=85_000_000_000)
MI300 = SimpleNamespace(name="AMD Instinct MI300X", gcnArchName="gfx942:sramecc+:xnack-", major=9, minor=4)
ARC = SimpleNamespace(name="Intel(R) Arc(TM) B580 Graphics", driver_version="1.6.31294", architecture=5)


@pytest.mark.parametrize(
    ("kind", "properties", "versions", "is_"),
    [
        ("cuda", H100, {"cuda": "12.8.1"}, Accelerator(H100.name, "sm90", "cuda12.8")),
        ("cuda", MI300, {"hip": "6.4.43484"}, Accelerator(MI300.name, "gfx942", "hip6.4")),
        ("xpu", ARC, {}, Accelerator(ARC.name, "5", "xpu1.6")),
        ("mps", None, {"macos": "15.3.1"}, Accelerator("mps", "", "macos15.3")),
        ("hpu", None, {}, Accelerator("hpu", "", "hpu")),
    ],
)
def test_name_architecture_and_driver(
    kind: str, properties: Any, versions: dict[str, str], is_: Accelerator
) -> None:
    assert described(kind, properties, versions) == is_


def test_the_cpu_is_none() -> None:
    assert accelerator(torch.device("cpu")) is None
