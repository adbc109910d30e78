"""Names of devices, and what is where. What computes on one is in `tests/end_to_end/test_device.py`."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.device import (
    CPU,
    Accelerators,
    device_of,
    elsewhere,
    find_device,
    has_doubles,
    moved,
    refusal_to_fork,
    synchronizer,
)

CUDA = torch.device("cuda", 0)
META = torch.device("meta")
"""A place that is not the CPU, on any machine."""
TWO = Accelerators("cuda", 2)


@pytest.mark.parametrize("name", ["cpu", "cpu:0"])
def test_the_cpu_is_always_there(name: str) -> None:
    assert find_device(name, Accelerators()) == find_device(name) == CPU


@pytest.mark.parametrize(("name", "device"), [("cuda", "cuda:0"), ("cuda:0", "cuda:0"), ("cuda:1", "cuda:1")])
def test_a_device_that_is_there_has_a_number(name: str, device: str) -> None:
    assert str(find_device(name, TWO)) == device


@pytest.mark.parametrize(
    ("name", "there", "said"),
    [
        ("cuda", Accelerators(), "this torch has no CUDA; it has cpu, and nothing needs another"),
        ("mps", Accelerators(), "this torch has no Metal; it has cpu, and nothing needs another"),
        ("xpu", TWO, "this torch has no XPU; it has cpu and cuda:0 and cuda:1, and nothing needs another"),
        ("meta", Accelerators(), "this torch has no meta; it has cpu, and nothing needs another"),
        (
            "cuda:2",
            TWO,
            "there is no such device; it has cpu and cuda:0 and cuda:1, and nothing needs another",
        ),
        ("cuda", Accelerators("cuda"), "this torch has CUDA and finds no device or driver"),
        ("gpu", Accelerators(), "torch knows no such device; it has cpu, and nothing needs another"),
        ("", TWO, "torch knows no such device; it has cpu and cuda:0 and cuda:1, and nothing needs another"),
    ],
)
def test_a_device_that_is_not_there_is_refused_in_a_line(name: str, there: Accelerators, said: str) -> None:
    with pytest.raises(VidcompressError) as refused:
        find_device(name, there)
    assert str(refused.value) == said


def test_what_this_computer_has_is_what_torch_says() -> None:
    here = Accelerators.here()
    assert (here.count > 0) == torch.accelerator.is_available()
    assert here.names[0] == "cpu"
    assert len(here.names) == 1 + here.count


def test_a_module_is_where_its_numbers_are() -> None:
    assert device_of(nn.Linear(2, 2)) == device_of(nn.ReLU()) == device_of(len) == CPU
    assert device_of(nn.Linear(2, 2, device="meta")) == META


def test_what_is_elsewhere_has_a_name() -> None:
    module = nn.Sequential(nn.Linear(2, 2, device="meta"), nn.BatchNorm1d(2))
    assert elsewhere(module, META) == "1.weight"
    assert elsewhere(moved(module, META), META) == ""
    assert elsewhere(module, CPU) == "", "of the CPU nobody asks"


def test_buffers_that_no_file_holds_are_looked_at_too() -> None:
    module = nn.ReLU()
    module.register_buffer("table", torch.zeros(2), persistent=False)
    assert elsewhere(module, META) == "table"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_weights_that_are_packed_for_the_cpu_are_not_moved_silently() -> None:
    layers = packed(nn.Sequential(nn.Linear(4, 4)), torch.backends.quantized.engine)
    assert moved(layers, CPU) is layers
    with pytest.raises(
        VidcompressError, match=r"^0\..* cannot be moved to meta: it is for kernels of the CPU"
    ):
        moved(layers, META)


def test_on_the_cpu_nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.accelerator, "synchronize", pytest.fail)
    synchronizer(CPU)()
    synchronizer(torch.device("cpu:0"))()


def test_processes_are_forked_for_what_survives_that() -> None:
    assert refusal_to_fork(CPU) == refusal_to_fork(CUDA) == ""
    assert refusal_to_fork(torch.device("mps")) == "forked processes cannot use Metal"


def test_metal_has_no_doubles() -> None:
    assert has_doubles(CPU)
    assert has_doubles(CUDA)
    assert not has_doubles(torch.device("mps"))
