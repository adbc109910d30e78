"""What a layer learns by that rounds as its int8 one: forward the integers, backward the float."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.fake_quantized import FakeQuantized
from pytest_vidcompress.compress.int8.quantized import QuantizedConvolution, QuantizedLayer, QuantizedLinear
from pytest_vidcompress.compress.int8.range import Range


def linear() -> tuple[nn.Linear, QuantizedLayer]:
    torch.manual_seed(0)
    layer = nn.Linear(6, 4)
    return layer, QuantizedLinear(layer, Range.of(-2.0, 3.0))


def convolution() -> tuple[nn.Conv3d, QuantizedLayer]:
    torch.manual_seed(0)
    layer = nn.Conv3d(3, 4, (2, 3, 3), bias=False)
    return layer, QuantizedConvolution(layer, Range.of(-2.0, 3.0), Range.of(-1.0, 1.0))


LAYERS = {"linear": (linear, (5, 6)), "convolution": (convolution, (2, 3, 4, 6, 6))}


@pytest.mark.parametrize("kind", LAYERS)
def test_it_computes_as_the_int8_layer_before_and_after_it_has_learned(kind: str) -> None:
    make, shape = LAYERS[kind]
    layer, start = make()
    made, inputs = FakeQuantized(layer, start), torch.randn(shape)
    assert torch.allclose(made(inputs), start(inputs), atol=1e-5)
    optimizer = torch.optim.Adam(made.parameters(), 0.02)
    for _ in range(5):
        made(inputs).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    learned = made.quantized()
    assert type(learned) is type(start)
    assert learned.weight.dtype == torch.int8
    assert not torch.equal(learned.weight_scale, start.weight_scale)
    assert float(learned.input_scale) != float(start.input_scale)
    # A product in another order may fall on the other side of a rounding.
    assert (made(inputs) - learned(inputs)).norm() < 0.02 * learned(inputs).norm()


def test_weights_learn_where_nothing_is_cut_off_and_inputs_pass_gradients_on_there() -> None:
    layer, start = linear()
    made = FakeQuantized(layer, start)
    inputs = torch.tensor([[0.5, -0.5, 10.0, -10.0, 0.1, 0.0]], requires_grad=True)
    made(inputs).sum().backward()
    assert inputs.grad is not None
    assert ((inputs.grad != 0) == torch.tensor([[True, True, False, False, True, True]])).all()
    assert layer.weight.grad is not None
    assert (layer.weight.grad != 0).any()


def test_a_range_reaches_further_where_what_it_cuts_off_counts() -> None:
    layer = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(1.0)
    made = FakeQuantized(layer, QuantizedLinear(layer, Range.of(0.0, 1.0)))
    inputs = torch.full((8, 1), 2.0)
    (made(inputs) - inputs).square().mean().backward()
    assert made.input_factor.grad is not None
    assert float(made.input_factor.grad) < 0, "a step down the gradient makes it larger"


def test_the_step_of_the_inputs_learns_by_how_they_lie_between_steps() -> None:
    """Equation 3 of the paper, by the chain rule of the logarithm."""
    layer = nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(127.0)  # whose int8 is exactly that
    made = FakeQuantized(layer, QuantizedLinear(layer, Range(0.1, 100)))
    inputs = torch.tensor([[0.26, -0.31, 99.0]])
    made(inputs).sum().backward()
    steps = inputs / 0.1
    gradient = torch.where(steps > 155, torch.full_like(steps, 155.0), steps.round() - steps)
    assert made.input_factor.grad is not None
    assert float(made.input_factor.grad) == pytest.approx(float((gradient * 127 * 0.1).sum()), rel=1e-4)
