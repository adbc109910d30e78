"""What was taken apart is put together again, exactly, or refused by name."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.restore import restore
from pytest_vidcompress.artefacts.tensors import take_apart
from pytest_vidcompress.compress.int8.packed_linear import packed, without_weights
from pytest_vidcompress.compress.int8.quantized import QuantizedLinear
from pytest_vidcompress.compress.int8.range import Range
from pytest_vidcompress.compress.int8_dynamic import ENGINES
from pytest_vidcompress.errors import VidcompressError

SUPPORTED = [name for name in ENGINES if name in torch.backends.quantized.supported_engines]


class Net(nn.Module):
    def __init__(self, tied: bool = False) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(6, 6), nn.Linear(6, 6, bias=False)
        if tied:
            self.second.weight = self.first.weight
        self.norm = nn.BatchNorm1d(6)
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.second(self.first(x))) * self.frozen.sum()


def empty(**given: Any) -> Net:
    with torch.device("meta"):
        return Net(**given).eval()


def inputs() -> torch.Tensor:
    return torch.randn(5, 6, generator=torch.Generator().manual_seed(3))


def test_a_module_without_data_computes_what_the_stored_one_did() -> None:
    stored, found = Net().eval(), empty()
    found_apart = take_apart(stored)
    restore(found, found_apart.tensors, found_apart.tied)
    assert torch.equal(found(inputs()), stored(inputs()))
    assert not any(tensor.is_meta for tensor in found.state_dict().values())
    assert found.first.weight.requires_grad
    assert not found.frozen.requires_grad


def test_what_was_tied_is_one_tensor_again_and_what_was_not_is_two() -> None:
    for tied in (True, False):
        for shape in (True, False):
            apart = take_apart(Net(tied=tied))
            found = empty(tied=shape)
            restore(found, apart.tensors, apart.tied)
            assert (found.first.weight is found.second.weight) == tied
            assert len(apart.tensors) == 9 - tied


def test_a_buffer_that_was_a_parameter_too_stays_a_buffer() -> None:
    def made() -> nn.Module:
        module = nn.Linear(3, 3, bias=False)
        module.register_buffer("shown", module.weight.detach())
        return module

    apart, found = take_apart(made()), made()
    assert apart.tied == {"shown": "weight"}
    restore(found, apart.tensors, apart.tied)
    assert isinstance(found.weight, nn.Parameter)
    assert dict(found.named_buffers()).keys() == {"shown"}
    assert found.shown.data_ptr() == found.weight.data_ptr()


@pytest.mark.parametrize("engine", SUPPORTED)
@pytest.mark.parametrize("bias", [True, False])
def test_int8_layers_come_back_bit_by_bit(engine: str, bias: bool) -> None:
    def made() -> nn.Module:
        return nn.Sequential(nn.Linear(6, 9, bias=bias), nn.ReLU(), nn.Linear(9, 4, bias=bias)).eval()

    stored = packed(made(), engine)
    with torch.device("meta"):
        found = made()
    found, apart = without_weights(found, engine), take_apart(stored)
    restore(found, apart.tensors, apart.tied)
    assert torch.equal(found(inputs()), stored(inputs()))
    for index in (0, 2):
        mine, theirs = found[index].weight(), stored[index].weight()
        assert torch.equal(mine.int_repr(), theirs.int_repr())
        assert (mine.q_scale(), mine.q_zero_point()) == (theirs.q_scale(), theirs.q_zero_point())
        assert (found[index].bias() is None) == (stored[index].bias() is None)
        assert found[index].version == stored[index].version


def by_hand(weight: torch.Tensor) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer: Any = nn.quantized.dynamic.Linear(4, 3)  # type: ignore[attr-defined]
    layer.set_weight_bias(weight, None)
    return nn.Sequential(layer)


@pytest.mark.skipif(
    "onednn" not in SUPPORTED, reason="this torch has no onednn, which keeps scales as they are"
)
def test_scales_are_kept_to_the_last_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.quantized, "engine", "onednn")
    for scale, dtype in ((0.1, torch.float64), (0.125, torch.float32)):
        stored = by_hand(torch.quantize_per_tensor(torch.ones(3, 4), scale, 0, torch.qint8))
        apart = take_apart(stored)
        assert apart.tensors["0.weight_scale"].dtype == dtype
        found = by_hand(torch.quantize_per_tensor(torch.zeros(3, 4), 1.0, 0, torch.qint8))
        restore(found, apart.tensors, apart.tied)
        assert found[0].weight().q_scale() == stored[0].weight().q_scale() == scale  # type: ignore[operator]


def test_a_scale_for_every_output_comes_back() -> None:
    def made(scales: list[float]) -> nn.Module:
        values = torch.arange(12.0).view(3, 4)
        zero_points = torch.zeros(3, dtype=torch.long)
        return by_hand(torch.quantize_per_channel(values, torch.tensor(scales), zero_points, 0, torch.qint8))

    stored, found = made([0.1, 0.2, 0.3]), made([1.0, 1.0, 1.0])
    apart = take_apart(stored)
    assert apart.tensors["0.weight_scale"].shape == (3,)
    restore(found, apart.tensors, apart.tied)
    mine, theirs = found[0].weight(), stored[0].weight()  # type: ignore[operator]
    assert torch.equal(mine.int_repr(), theirs.int_repr())
    assert torch.equal(mine.q_per_channel_scales(), theirs.q_per_channel_scales())


def test_halves_fit_into_a_float_module_and_stay_halves() -> None:
    apart, found = take_apart(Net().half()), empty()
    restore(found, apart.tensors, apart.tied)
    assert found.first.weight.dtype == torch.float16


def fails(module: nn.Module, held: dict[str, torch.Tensor], reason: str) -> None:
    with pytest.raises(
        VidcompressError, match=f"its tensors do not fit the model that its recipe makes: {reason}"
    ):
        restore(module, held, {})


def test_misfits_are_named() -> None:
    held = take_apart(Net()).tensors
    fails(empty(), {k: v for k, v in held.items() if k != "first.bias"}, r"1 missing, such as first\.bias$")
    fails(empty(), {**held, "third.weight": torch.ones(1)}, r"1 left over, such as third\.weight$")
    shape = r"1 of another shape, such as second\.weight \(stored as float32 \(6, 5\), expected float32 \(6, 6\)\)$"
    fails(empty(), {**held, "second.weight": torch.ones(6, 5)}, shape)
    kind = (
        r"1 of another shape, such as first\.weight \(stored as int8 \(6, 6\), expected float32 \(6, 6\)\)$"
    )
    fails(empty(), {**held, "first.weight": torch.ones(6, 6, dtype=torch.int8)}, kind)
    all_of_them = (
        r"1 missing, such as first\.bias; 1 left over, such as b; 1 of another shape, such as second"
    )
    changed = {k: v for k, v in held.items() if k != "first.bias"}
    fails(empty(), {**changed, "b": torch.ones(6), "second.weight": torch.ones(1)}, all_of_them)


def test_misfits_of_int8_layers_are_named() -> None:
    stored = take_apart(packed(nn.Sequential(nn.Linear(6, 4)), SUPPORTED[0])).tensors
    with torch.device("meta"):
        float_module, module = nn.Sequential(nn.Linear(6, 4)), nn.Sequential(nn.Linear(6, 4))
    int8_module = without_weights(module, SUPPORTED[0])
    fails(
        float_module, stored, r"4 left over, such as 0\.output_scale; 1 of another shape, such as 0\.weight"
    )
    fails(int8_module, take_apart(nn.Sequential(nn.Linear(6, 4))).tensors, r"4 missing.*; 1 of another shape")
    del stored["0.weight_scale"]
    fails(int8_module, stored, r"1 missing, such as 0\.weight_scale")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("weight_scale", torch.tensor(torch.inf), r"1 that no quantization gives, such as 0\.weight_scale$"),
        ("weight_scale", torch.tensor(torch.nan), r"1 that no quantization gives, such as 0\.weight_scale$"),
        ("weight_scale", torch.tensor(0.0), r"1 that no quantization gives, such as 0\.weight_scale$"),
        ("weight_scale", torch.tensor(-1.0), r"1 that no quantization gives, such as 0\.weight_scale$"),
        ("weight_scale", torch.ones(3), r"stored as float32 \(3,\), expected float64, one or 4 of them\)$"),
        (
            "weight_scale",
            torch.ones(4, 1),
            r"stored as float32 \(4, 1\), expected float64, one or 4 of them\)$",
        ),
        ("weight_scale", torch.tensor(1), r"stored as int64 \(\), expected float64, one or 4 of them\)$"),
        (
            "weight_zero_point",
            torch.tensor(0.5),
            r"stored as float32 \(\), expected int64, one or 4 of them\)$",
        ),
        (
            "weight_zero_point",
            torch.tensor(False),
            r"stored as bool \(\), expected int64, one or 4 of them\)$",
        ),
        (
            "weight_zero_point",
            torch.tensor(2**31 - 1),
            r"1 that no quantization gives, such as 0\.weight_zero_",
        ),
        ("weight_zero_point", torch.zeros(4, dtype=torch.int32), r"as many zero points as scales$"),
    ],
    ids=str,
)
def test_scales_and_zero_points_that_cannot_be_are_named(name: str, value: torch.Tensor, reason: str) -> None:
    stored = take_apart(packed(nn.Sequential(nn.Linear(6, 4)), SUPPORTED[0])).tensors
    with torch.device("meta"):
        module = nn.Sequential(nn.Linear(6, 4))
    fails(without_weights(module, SUPPORTED[0]), {**stored, f"0.{name}": value}, f".*{reason}")


def test_a_scale_of_a_model_s_own_may_be_anything() -> None:
    class Scaled(nn.Linear):
        def __init__(self) -> None:
            super().__init__(2, 2)
            self.logit_scale = nn.Parameter(torch.tensor(-torch.inf))

    found = Scaled()
    restore(found, take_apart(Scaled()).tensors, {})
    assert found.logit_scale == -torch.inf


def test_ranges_of_integer_layers_are_checked_alike() -> None:
    layer = nn.Sequential(QuantizedLinear(nn.Linear(6, 4), Range.of(-1.0, 1.0)))
    held = take_apart(layer).tensors
    restore(layer, held, {})
    for name, value in (("input_scale", torch.nan), ("weight_scale", torch.inf), ("input_zero_point", 256)):
        fails(
            layer, {**held, f"0.{name}": torch.full_like(held[f"0.{name}"], value)}, f"1 that no.*0.{name}$"
        )


def test_nothing_may_be_left_without_data() -> None:
    class Computes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 2)
            self.inner.register_buffer("positions", torch.arange(3), persistent=False)

    with torch.device("meta"):
        found = Computes()
    with pytest.raises(VidcompressError, match=r"its model computes inner\.positions when it is built"):
        restore(found, take_apart(Computes()).tensors, {})
    restore(Computes(), take_apart(Computes()).tensors, {})
