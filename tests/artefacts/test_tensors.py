from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from pytest_vidcompress.artefacts.tensors import is_weight, take_apart, tensors
from pytest_vidcompress.compress.int8.packed_linear import packed

ENGINE = torch.backends.quantized.engine


class Tied(nn.Module):
    """Its decoder's weight is its encoder's, and again turned over."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(6, 6, bias=False)
        self.decoder = nn.Linear(6, 6, bias=False)
        self.decoder.weight = self.encoder.weight


def test_parameters_and_persistent_buffers_are_held() -> None:
    module = nn.BatchNorm1d(3)
    module.register_buffer("scratch", torch.zeros(9), persistent=False)
    assert set(tensors(module)) == {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}
    assert take_apart(module).parameters == 4 * 3 + 1


def test_shared_tensors_count_once() -> None:
    assert set(tensors(Tied())) == {"encoder.weight"}
    assert take_apart(Tied()).parameters == 36


def test_views_of_one_storage_count_each() -> None:
    flat = torch.ones(10)
    module = nn.ParameterList([flat[:6], flat[4:], flat[:6].view(2, 3)])
    assert take_apart(module).parameters == 6 + 6 + 6


def test_empty_tensors_do_not_hide_each_other() -> None:
    assert set(tensors(nn.ParameterList([torch.empty(0), torch.empty(0)]))) == {"0", "1"}


@given(st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_int8_layers_are_taken_apart(inputs: int, outputs: int, bias: bool) -> None:
    module = packed(nn.Sequential(nn.Linear(inputs, outputs, bias=bias)), ENGINE)
    held = tensors(module)
    assert held["0.weight"].dtype == torch.int8
    assert held["0.weight"].shape == (outputs, inputs)
    scaled = (held["0.weight"].float() - held["0.weight_zero_point"]) * held["0.weight_scale"]
    torch.testing.assert_close(scaled, module[0].weight().dequantize())  # type: ignore[operator]
    assert ("0.bias" in held) == bias
    assert take_apart(module).parameters == inputs * outputs + bias * outputs


def test_scales_and_zero_points_are_not_weights() -> None:
    names = set(tensors(packed(nn.Sequential(nn.Linear(2, 2)), ENGINE)))
    assert {name for name in names if is_weight(name)} == {"0.weight", "0.bias"}
    assert len(names) > 2


def test_zeros_of_floats_and_of_int8_are_the_same() -> None:
    linear = nn.Linear(8, 8)
    with torch.no_grad():
        linear.weight.copy_(torch.linspace(-1, 1, 64).view(8, 8))
        linear.weight[:3] = 0
        linear.bias.fill_(1.0)
    assert take_apart(linear).zeros == 24
    assert take_apart(packed(nn.Sequential(linear), ENGINE)).zeros == 24


def test_zeros_are_those_of_the_zero_point() -> None:
    class Channels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("weight", torch.tensor([[1, 2, 3], [4, 5, 5]], dtype=torch.int8))
            self.register_buffer("weight_zero_point", torch.tensor([3, 5]))

    assert take_apart(Channels()).zeros == 3


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_pruned_weights_are_zeros(share: float) -> None:
    module = nn.Linear(10, 10, bias=False)
    with torch.no_grad():
        module.weight.fill_(1.0)
        module.weight[: int(10 * share)] = 0
    assert take_apart(module).zeros / take_apart(module).parameters == share
