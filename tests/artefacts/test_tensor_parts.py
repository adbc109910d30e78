from __future__ import annotations

import io
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.artefacts.tensor_parts import Opaque, is_restorable, matrices, parts
from pytest_vidcompress.artefacts.tensors import take_apart
from tests.artefacts.stored_kinds import Holding, Nibbles, Secret, Strange, dynamic, static, wrapped

OVERHEAD = 1200
"""Bytes of names, headers and the manifest beside the numbers of a few tensors."""


def state_dict_bytes(module: nn.Module) -> int:
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return file.tell()


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.LSTMCell])
def test_recurrent_layers_of_int8_weigh_what_they_store(kind: Any) -> None:
    gates = 3 if kind is nn.GRU else 4
    layer = kind(96, 16)
    found = take_apart(dynamic(layer))
    integers = [tensor for tensor in found.tensors.values() if tensor.dtype == torch.int8]
    assert sorted(tensor.shape for tensor in integers) == [(16 * gates, 16), (16 * gates, 96)]
    assert found.parameters == sum(each.numel() for each in layer.parameters())
    assert found.opaque == {}
    numbers = sum(tensor.nbytes for tensor in found.tensors.values())
    assert numbers < size_bytes(dynamic(layer)) < numbers + 2 * OVERHEAD
    assert size_bytes(dynamic(layer)) == pytest.approx(state_dict_bytes(dynamic(layer)), rel=0.15)


def test_halves_that_torch_packs_are_saved_as_floats() -> None:
    layer = dynamic(nn.Linear(64, 32), torch.float16)
    assert take_apart(layer).tensors["0.weight"].dtype == torch.float32
    assert take_apart(layer).parameters == 64 * 32 + 32
    assert size_bytes(layer) > 4 * 64 * 32


def test_a_quantized_convolution_is_integers_and_scales() -> None:
    layer = static(nn.Conv3d(3, 8, 3), torch.randn(1, 3, 4, 8, 8))
    found = take_apart(layer)
    assert found.tensors["module.weight"].dtype == torch.int8
    assert found.tensors["module.weight"].shape == (8, 3, 3, 3, 3)
    assert found.tensors["module.weight_scale"].shape == (8,)
    assert found.parameters == 8 * 3 * 27 + 8
    assert 8 * 3 * 27 < size_bytes(layer) < 8 * 3 * 27 + 2 * OVERHEAD


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_sparse_weights_count_what_is_stored(layout: str) -> None:
    dense = torch.eye(3, 4000)
    found = take_apart(
        Holding(dense.to_sparse() if layout == "coo" else getattr(dense, f"to_sparse_{layout}")())
    )
    assert torch.equal(found.tensors["w_values"], torch.ones(3))
    assert (found.parameters, found.zeros) == (3, 0)
    rows = {"csr": 4, "csc": 4001, "coo": 6}[layout]
    assert sum(each.numel() for name, each in found.tensors.items() if name.endswith("_indices")) == (
        rows + (0 if layout == "coo" else 3)
    )


def test_what_does_not_show_its_numbers_is_named_and_weighed_as_it_is_saved() -> None:
    module = Secret(8, 4)
    found = take_apart(module)
    assert found.opaque == {"_extra_state": "Strange"}
    assert (found.parameters, found.zeros) == (None, None)
    assert size_bytes(module) == state_dict_bytes(module)


def test_settings_are_no_numbers() -> None:
    for value in (None, True, 3, 0.5, "per row", torch.float32, torch.per_tensor_affine):
        assert [*parts("it", value)] == []
        assert is_restorable("it", value)
    with pytest.raises(Opaque, match="Strange"):
        list(parts("it", Strange()))


def test_lists_and_mappings_are_looked_into() -> None:
    found = dict(parts("it", {"a": torch.ones(2), "b": [torch.zeros(3), "x"]}))
    assert {name: tensor.shape for name, tensor in found.items()} == {"it.a": (2,), "it.b.0": (3,)}


def test_matrices_of_packed_parameters() -> None:
    packed = dynamic(nn.LSTMCell(6, 2)).state_dict()["0._packed_weight_ih"]
    assert [weight.shape for weight in matrices(packed)] == [(8, 6)]


def test_only_what_can_be_put_back_is_restorable() -> None:
    state = {
        "plain": torch.ones(2),
        "half": torch.ones(2).half(),
        "sparse": torch.eye(2).to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "strange": Strange(),
    }
    assert [name for name, value in state.items() if is_restorable(name, value)] == ["plain", "half"]
    for name, value in dynamic(nn.Linear(2, 2)).state_dict().items():
        assert is_restorable(name, value)
    halves = dynamic(nn.Linear(2, 2), torch.float16).state_dict()
    assert not all(is_restorable(name, value) for name, value in halves.items())


def test_torchaos_int8_weights_are_integers_and_scales() -> None:
    made = wrapped("Int8WeightOnlyConfig", nn.Linear(64, 32))
    found = take_apart(made)
    assert found.tensors["0.weight"].dtype == torch.int8
    assert found.tensors["0.weight_scale"].numel() == 32
    assert found.parameters == 64 * 32 + 32
    assert 64 * 32 < size_bytes(made) < 64 * 32 + 2 * OVERHEAD
    assert not is_restorable("0.weight", made.state_dict()["0.weight"])


def test_several_numbers_in_one_have_bytes_and_no_count() -> None:
    module = Holding(Nibbles(torch.zeros(4, 8, dtype=torch.uint8)))
    found = take_apart(module)
    assert found.packed == ["w"]
    assert found.tensors["w"].nbytes == 32
    assert (found.parameters, found.zeros) == (None, None)
    assert 32 < size_bytes(module) < 32 + 2 * OVERHEAD
