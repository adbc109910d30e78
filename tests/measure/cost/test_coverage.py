from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.measure.cost.coverage import BIASES, WIDENED, Coverage, Left, coverage
from pytest_vidcompress.measure.cost.macs import work
from tests.models.small import FAMILIES, network, pixels

X = torch.ones(1, 8)


class Int8(nn.Module):
    """A layer as techniques leave it: int8 weights and a scale, computed with in float here."""

    def __init__(self, inputs: int, outputs: int, computes: str) -> None:
        super().__init__()
        self.computes = computes
        self.register_buffer("weight", torch.ones(outputs, inputs, dtype=torch.int8))
        self.register_buffer("weight_scale", torch.ones(outputs))
        self.register_buffer("bias", torch.zeros(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(x, self.weight.float(), self.bias)


class Attention(nn.Module):
    def __init__(self, computes: str = "") -> None:
        super().__init__()
        if computes:
            self.attention_computes = computes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.view(1, 2, 4)
        return ((x @ x.transpose(1, 2)) @ x).reshape(1, 8)


ATTENTION = 2 * 2 * 2 * 4


def adds_up(found: Coverage) -> bool:
    weights = found.weights_int8 + found.weights_half + sum(left.weights for left in found.left)
    macs = found.macs_int8 + sum(left.macs for left in found.left)
    assert weights == pytest.approx(1)
    assert macs == pytest.approx(1)
    return True


def kinds(left: Sequence[Left]) -> set[str]:
    return {each.kind for each in left}


@pytest.mark.parametrize("family", FAMILIES)
def test_dynamic_quantization_leaves_convolutions_and_embeddings_float(family: str) -> None:
    module = network(family)
    found = coverage(packed(module, "onednn"), pixels())
    assert adds_up(found)
    # Users take the whole model for int8, since nothing warns.
    assert 0 < found.weights_int8 < 1
    assert 0 < found.macs_int8 < 1
    left = {(each.name, each.kind): each for each in found.left}
    (projection,) = [each for each in found.left if each.kind.startswith("Conv")]
    assert projection.name == f"{family}.embeddings.patch_embeddings.projection"
    convolution = module.get_submodule(projection.name)
    held = sum(parameter.numel() for parameter in module.parameters())
    assert projection.weights == pytest.approx(sum(p.numel() for p in convolution.parameters()) / held)
    assert projection.macs > 0.01
    if family == "timesformer":
        embeddings = left["timesformer.embeddings", "TimesformerEmbeddings"]
        assert embeddings.weights > 0
        assert embeddings.macs == 0
    attention = {"timesformer": "TimesformerSelfAttention", "videomae": "VideoMAESelfAttention"}[family]
    assert sum(each.macs for each in found.left if each.kind == attention) > 0
    assert any(each.kind == "LayerNorm" and ".layer.*." in each.name for each in found.left)
    # No layer that is int8 is among them with more than its bias.
    assert not any(each.kind == "Linear" for each in found.left)
    assert BIASES in kinds(found.left)


def test_float_is_float() -> None:
    found = coverage(nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)), X)
    assert adds_up(found)
    assert not found.narrow
    assert found.left == (Left("*", "Linear", 1.0, 1.0),)


def test_each_layer_says_how_many_of_its_weights_are_zero() -> None:
    module = nn.Sequential(nn.Linear(8, 8, bias=False), Attention(), nn.Linear(8, 2, bias=False)).eval()
    with torch.no_grad():
        module[0].weight[:3] = 0.0
    found = coverage(module, X)
    assert [(each.name, each.sparsity) for each in found.layers] == [("0", 3 / 8), ("1", None), ("2", 0.0)]


def test_zeros_of_an_int8_layer_are_those_at_its_zero_point() -> None:
    module = Int8(8, 8, "int8")
    module.weight[:2] = 5
    module.register_buffer("weight_zero_point", torch.tensor([5] * 4 + [0] * 4))
    # Its eight biases are zero, and two rows of its eight.
    assert [each.sparsity for each in coverage(module, X).layers] == [(16 + 8) / (64 + 8)]


def test_int8_modules_say_what_they_compute_in() -> None:
    module = nn.Sequential(Int8(8, 8, "int8"), Int8(8, 8, "float32"))
    found = coverage(module, X)
    assert adds_up(found)
    assert found.weights_int8 == pytest.approx(128 / 144)
    assert found.macs_int8 == 0.5
    assert {each.kind: (each.weights, each.macs) for each in found.left} == {
        BIASES: (pytest.approx(16 / 144), 0.0),
        WIDENED: (0.0, 0.5),
    }


def test_torch_only_simulates_integers() -> None:
    found = coverage(nn.Sequential(Int8(8, 8, "int8")), X, precisions={})
    assert found.weights_int8 == pytest.approx(64 / 72)
    assert found.macs_int8 == 0


def test_what_executes_a_module_knows_better_than_the_module() -> None:
    module = nn.Sequential(Int8(8, 8, "int8"), Int8(8, 8, "int8"), Int8(8, 8, "float32"))
    found = coverage(module, X, precisions={"0": "int8", "2": "int8"})
    assert adds_up(found)
    assert found.macs_int8 == pytest.approx(1 / 3)


@pytest.mark.parametrize(("says", "share"), [("int8", 1.0), ("float32", 64 / (64 + ATTENTION)), ("", None)])
def test_attention_speaks_for_its_products(says: str, share: float | None) -> None:
    found = coverage(nn.Sequential(Int8(8, 8, "int8"), Attention(says)), X)
    assert adds_up(found)
    assert found.macs_int8 == pytest.approx(64 / (64 + ATTENTION) if share is None else share)
    if share != 1:
        (left,) = [each for each in found.left if each.kind == "Attention"]
        assert (left.weights, left.macs) == (0.0, pytest.approx(1 - found.macs_int8))


def test_a_layer_speaks_for_what_it_is_made_of() -> None:
    class Wrapped(Int8):
        def __init__(self) -> None:
            super().__init__(8, 8, "float32")
            self.layer = nn.Linear(8, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(x)

    found = coverage(nn.Sequential(Wrapped()), X)
    assert adds_up(found)
    assert kinds(found.left) == {BIASES, WIDENED}


def test_halves_are_weights_and_no_arithmetic() -> None:
    found = coverage(nn.Sequential(nn.Linear(8, 8)).half(), X)
    assert (found.weights_half, found.weights_int8, found.macs_int8) == (1.0, 0.0, 0.0)
    assert found.left == (Left("*", "Linear", 0.0, 1.0),)
    assert adds_up(found)


def test_settings_and_counters_are_no_weights() -> None:
    norm = nn.BatchNorm1d(8).eval()
    norm.register_buffer("mask", torch.ones(100, dtype=torch.bool))
    found = coverage(nn.Sequential(nn.Linear(8, 8), norm), X)
    assert found.weights_int8 == 0
    assert {each.kind: each.weights for each in found.left} == {
        "Linear": pytest.approx(72 / 104),
        "BatchNorm1d": pytest.approx(32 / 104),
    }


def test_a_module_of_nothing() -> None:
    assert coverage(nn.Sequential(nn.ReLU()), X) == Coverage(0.0, 0.0, 0.0, ())


@pytest.mark.parametrize("family", FAMILIES)
def test_what_was_counted_is_not_counted_again(family: str) -> None:
    module = packed(network(family), "onednn")
    assert coverage(module, pixels(), work(module, pixels())) == coverage(module, pixels())


def test_it_travels() -> None:
    found = coverage(network("videomae"), pixels())
    assert pickle.loads(pickle.dumps(found)) == found
