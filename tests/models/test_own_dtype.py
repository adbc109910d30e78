from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.stored_weights import StoredInt8
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.weigh import weigh
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.frame_count import refuse_other_frames
from pytest_vidcompress.models.own_dtype import OwnDtype, as_given
from pytest_vidcompress.runtimes.torch_eager import runnable
from tests.models.small import network, pixels

X = torch.linspace(-1, 1, 8).reshape(1, 8)


class Cast(nn.Module):
    """Computes in halves, whatever it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 3).half()

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        self.seen = pixels.dtype
        return self.layer(pixels.half()).float()


class Overflows(Cast):
    """Beyond what halves can hold: infinity minus infinity."""

    def __init__(self) -> None:
        super().__init__()
        nn.init.constant_(self.layer.weight, 60000.0)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        high = self.layer(16 * pixels.half().abs() + 1)
        return (high - high).float()


def test_a_module_that_casts_by_itself_gets_float_pixels() -> None:
    module = Cast()
    run = as_given(module)
    assert torch.equal(run(X), module.layer(X.half()).float())
    assert module.seen == torch.float32


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_module_that_was_made_half_gets_half_pixels(dtype: torch.dtype) -> None:
    module = nn.Linear(8, 3).to(dtype)
    run = as_given(module)
    for _ in range(2):
        assert run(X).dtype == dtype
        assert torch.equal(run(X), module(X.to(dtype)))
    assert module.weight.dtype == dtype


def test_nothing_that_overflows_is_widened() -> None:
    module = Overflows()
    assert module(X).isnan().all()
    assert Subject.of(module).run(X).isnan().all()


def test_a_module_of_floats_is_itself() -> None:
    module = nn.Linear(8, 3)
    assert as_given(module) is module
    assert runnable(module) is module


def test_layers_of_ours_that_only_store_integers_are_widened() -> None:
    module = nn.Sequential(StoredInt8(nn.Linear(8, 3)), nn.Linear(3, 2).half())
    run: Any = runnable(module)
    assert type(run[0]) is nn.Linear
    assert {each.dtype for each in run.parameters()} == {torch.float32}


def test_another_mistake_is_the_modules_own() -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        as_given(nn.Linear(9, 3).half())(X.half())


def test_it_travels_and_copies() -> None:
    run = as_given(nn.Linear(8, 3).half())
    expected = run(X)
    for other in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        assert torch.equal(other(X), expected)


def test_it_knows_its_frames() -> None:
    run = as_given(network("timesformer").half())
    refuse_other_frames("it", run, 4)
    with pytest.raises(VidcompressError, match="fed 8 frames"):
        refuse_other_frames("it", run, 8)
    refuse_other_frames("it", as_given(nn.Linear(2, 2).half()), 8)


def test_halves_are_weighed_as_they_are() -> None:
    small, whole = (
        weigh(Subject.of(each), pixels()) for each in (network("videomae").half(), network("videomae"))
    )
    assert small.macs == whole.macs
    assert small.coverage is not None
    assert small.coverage.weights_half == 1.0
    assert {left.name.split(".")[0] for left in small.coverage.left} == {
        "videomae",
        "classifier",
        "fc_norm",
    } & {left.name.split(".")[0] for left in small.coverage.left}
    assert small.size_bytes is not None
    assert whole.size_bytes is not None
    assert small.size_bytes / whole.size_bytes == pytest.approx(0.5, abs=0.1)
    assert isinstance(Subject.of(network("videomae").half()).run, OwnDtype)
