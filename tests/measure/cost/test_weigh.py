from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.cost.coverage import WIDENED
from pytest_vidcompress.measure.cost.weigh import weigh
from pytest_vidcompress.measure.report import Cost
from pytest_vidcompress.measure.subject import Subject
from tests.artefacts.stored_kinds import Holding, Nibbles, Secret, dynamic, static, wrapped

PIXELS = torch.randn(1, 2, 3, 4, 4)


class Flat(nn.Module):
    """A layer on all pixels."""

    def __init__(self, layer: nn.Module | None = None) -> None:
        super().__init__()
        self.layer = layer or nn.Linear(96, 5)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.layer(pixels.flatten(1))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(768, 32, batch_first=True)
        self.head = nn.Linear(32, 3)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(frames)[0][:, -1])


def weighed(target: Any, pixels: torch.Tensor = PIXELS) -> Cost:
    return weigh(Subject.of(target), pixels)


def test_a_recurrent_model_and_its_int8_one() -> None:
    frames, count = torch.randn(1, 4, 768), 4 * 4 * 32 * (768 + 32) + 96
    float_, int8 = (weighed(each.eval(), frames) for each in (Recurrent(), dynamic(Recurrent())))
    assert float_.macs == int8.macs == count == 409696
    assert float_.parameters == int8.parameters
    assert int8.size_bytes == pytest.approx(107_065, rel=0.02), "as torch saves its state dict"
    assert int8.coverage is not None
    assert int8.coverage.macs_int8 == 1.0
    assert int8.coverage.weights_int8 > 0.99
    assert (float_.notes, int8.notes) == ((), ())


def test_recurrent_halves_multiply_no_integers() -> None:
    cost = weighed(dynamic(Recurrent(), torch.float16).eval(), torch.randn(1, 4, 768))
    assert cost.macs == 409696
    assert cost.coverage is not None
    assert cost.coverage.macs_int8 == 0


def test_static_int8_is_integers_in_both_columns() -> None:
    inputs = torch.randn(1, 3, 4, 8, 8)
    cost = weighed(static(nn.Conv3d(3, 8, 3), inputs), inputs)
    assert cost.macs == 8 * 2 * 6 * 6 * 3 * 27
    assert cost.coverage is not None
    assert cost.coverage.macs_int8 == 1.0
    assert cost.coverage.weights_int8 > 0.9


def test_sparse_weights_are_weighed() -> None:
    class Sparse(Holding):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return (self.w @ pixels.flatten(1).T).T

    cost = weighed(Sparse(torch.eye(3, 96).to_sparse_csr()))
    assert (cost.parameters, cost.sparsity, cost.macs, cost.notes) == (3, 0.0, 3 * 96, ())
    weights, output = 3 * 4 + 4 * 8 + 3 * 8, 3 * 4
    assert cost.peak_memory_bytes == PIXELS.nbytes + weights + output


@pytest.mark.filterwarnings("ignore")
def test_torchao_is_weighed() -> None:
    cost = weighed(wrapped("Int8WeightOnlyConfig", Flat()))
    assert (cost.macs, cost.parameters, cost.notes) == (96 * 5, 96 * 5 + 5, ())
    assert cost.coverage is not None
    assert [left.kind for left in cost.coverage.left if left.macs] == [WIDENED]


def test_work_that_nobody_can_count_is_said_and_no_small_number() -> None:
    class Extension(nn.Module):
        """Most of its work in an operator of somebody's."""

        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(4, 3)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return self.head(own(pixels.flatten(1)))

    cost = weighed(Extension())
    assert (cost.macs, cost.coverage) == (None, None)
    assert cost.notes == ("MACs are not known: vidcompress_test.own cannot be counted",)
    assert cost.parameters == 4 * 3 + 3


@torch.library.custom_op("vidcompress_test::own", mutates_args=())
def own(x: torch.Tensor) -> torch.Tensor:
    return x[:, :4].clone()


def test_integers_whose_products_cannot_be_seen_claim_no_coverage() -> None:
    class Hidden(Holding):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(pixels.flatten(1).numpy() @ self.w.float().numpy().T)

    cost = weighed(Hidden(torch.ones(3, 96, dtype=torch.int8)))
    assert (cost.macs, cost.coverage) == (None, None)


def opaque() -> nn.Module:
    return Flat(Secret(96, 5))


def several_in_one() -> nn.Module:
    module = Flat()
    module.register_buffer("w", Nibbles(torch.zeros(4, 8, dtype=torch.uint8)))
    return module


@pytest.mark.parametrize(
    ("make", "note", "memory"),
    [
        (opaque, "parameters are not known: layer._extra_state is a Strange, which does not show", False),
        (several_in_one, "parameters are not known: w holds several numbers in one", True),
    ],
)
def test_what_cannot_be_weighed_is_none_and_said(
    make: Callable[[], nn.Module], note: str, memory: bool
) -> None:
    cost = weighed(make())
    assert (cost.parameters, cost.sparsity, cost.coverage) == (None, None, None)
    assert cost.size_bytes is not None
    assert cost.macs == 96 * 5
    assert (cost.peak_memory_bytes is not None) == memory
    assert [each.startswith(note) for each in cost.notes] == [True]


def test_a_state_dict_that_raises_is_a_note() -> None:
    class Broken(Flat):
        def state_dict(self, *args: Any, **kwargs: Any) -> Any:
            raise NotImplementedError("ask elsewhere")

    cost = weighed(Broken())
    assert cost == Cost(
        macs=96 * 5, notes=("size not known: ask elsewhere", "parameters not known: ask elsewhere")
    )
