"""Zeros are not stored, and come back: bit for bit, whatever numbers lie between them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.manifest import Manifest, from_json
from pytest_vidcompress.artefacts.packing import packed, unpacked, whole
from pytest_vidcompress.artefacts.save import size
from pytest_vidcompress.artefacts.tensor_files import read_tensors, write
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.safetensors_header import Described, described
from pytest_vidcompress.untrusted import Malformed
from tests.artefacts.variants import answers, variant

DTYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int8)


def numbers(share: float, dtype: torch.dtype, *shape: int, seed: int = 0) -> torch.Tensor:
    """About `share` of them zero, none of the others."""
    generator = torch.Generator().manual_seed(seed)
    values = torch.randint(1, 100, shape, generator=generator).to(dtype)
    return values * (torch.rand(shape, generator=generator) >= share).to(dtype)


def bits(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().view(torch.uint8).numpy().tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_put_together_is_the_tensor_bit_for_bit(dtype: torch.dtype) -> None:
    tensor = numbers(0.6, dtype, 61, 67)
    stored, shapes = packed({"layer.weight": tensor})
    assert stored.keys() == {"layer.weight_bitmap", "layer.weight_values"}
    assert shapes == {"layer.weight": (61, 67)}
    again = unpacked(stored, shapes)["layer.weight"]
    assert (again.dtype, again.shape, bits(again)) == (tensor.dtype, tensor.shape, bits(tensor))


def test_zeros_keep_their_signs_and_odd_numbers_their_bits() -> None:
    tensor = numbers(0.7, torch.float32, 64, 64)
    tensor[:, :20] *= -1  # zeros become -0.0
    tensor[3, 43], tensor[4, 44], tensor[5, 45] = float("nan"), float("-inf"), 1e-45
    stored, shapes = packed({"weight": tensor})
    assert "weight_signs" in stored
    again = unpacked(stored, shapes)["weight"]
    assert bits(again) == bits(tensor)
    assert again.signbit()[:, :20].all()


def test_what_torch_s_own_masks_leave_is_packed() -> None:
    layer = nn.Linear(64, 64)
    prune.l1_unstructured(layer, "weight", amount=0.5)
    prune.remove(layer, "weight")
    stored, shapes = packed({"weight": layer.weight.detach()})
    assert sum(each.nbytes for each in stored.values()) == 64 * 64 * 4 // 2 + 64 * 64 // 8 + 64 * 64 // 2 // 8
    assert bits(unpacked(stored, shapes)["weight"]) == bits(layer.weight.detach())


@settings(max_examples=30)
@given(st.sampled_from(DTYPES), st.floats(0, 1), st.integers(0, 40), st.integers(1, 70), st.integers(0, 1000))
def test_any_tensor_comes_back_and_none_grows(
    dtype: torch.dtype, share: float, rows: int, columns: int, seed: int
) -> None:
    tensor = numbers(share, dtype, rows, columns, seed=seed)
    stored, shapes = packed({"weight": tensor})
    saved = tensor.nbytes - sum(each.nbytes for each in stored.values())
    assert saved == 0 or saved >= max(256, 0.1 * tensor.nbytes)
    assert (saved > 0) == ("weight" in shapes)
    assert bits(unpacked(stored, shapes)["weight"]) == bits(tensor)


@pytest.mark.parametrize("bytes_a_number", [1, 2, 4])
def test_it_is_packed_where_a_tenth_is_saved(bytes_a_number: int) -> None:
    dtype = {1: torch.int8, 2: torch.float16, 4: torch.float32}[bytes_a_number]
    least = 0.1 + 1 / (8 * bytes_a_number)
    tensors = {
        name: torch.ones(200, 200, dtype=dtype).flatten().index_fill(0, torch.arange(zeros), 0).view(200, 200)
        for name, zeros in (("above", round(40_000 * least)), ("below", round(40_000 * least) - 2))
    }
    stored, shapes = packed(tensors)
    assert [*shapes] == ["above"]
    assert "below" in stored


def test_vectors_small_matrices_and_names_that_are_taken_stay_as_they_are() -> None:
    tensors = {
        "bias": torch.zeros(5000),
        "small": torch.zeros(7, 7),
        "steps": torch.zeros(500, 500, dtype=torch.int64),
        "taken": torch.zeros(500, 500),
        "taken_values": torch.ones(3),
    }
    stored, shapes = packed(tensors)
    assert (stored.keys(), shapes) == (tensors.keys(), {})


WRONG = {
    "no bitmap": ({"weight_bitmap": None}, "parts are missing"),
    "no values": ({"weight_values": None}, "parts are missing"),
    "a short bitmap": (
        {"weight_bitmap": torch.zeros(3, dtype=torch.uint8)},
        "a bit for each of 4,096 numbers",
    ),
    "a bitmap of floats": ({"weight_bitmap": torch.zeros(512)}, "a bit for each of 4,096 numbers"),
    "too few values": ({"weight_values": torch.ones(7)}, r"7 values and \d+ bits that are set"),
    "values in rows": ({"weight_values": torch.ones(7, 2)}, "14 values"),
    "signs of others": ({"weight_signs": torch.zeros(600, dtype=torch.uint8)}, "a bit for each of"),
    "both": ({"weight": torch.zeros(64, 64)}, "it is there as a whole, too"),
}


@pytest.mark.parametrize("what", WRONG)
def test_parts_that_do_not_fit_are_refused_by_name(what: str) -> None:
    changed, why = WRONG[what]
    stored, shapes = packed({"weight": numbers(0.5, torch.float32, 64, 64)})
    given = {name: each for name, each in {**stored, **changed}.items() if each is not None}
    with pytest.raises(VidcompressError, match=rf"weight is packed, .*{why}.*: save the variant again"):
        unpacked(given, shapes)


@pytest.mark.parametrize("shape", [(2**40, 2**20), (63, 64), (0, 3)])
def test_a_shape_that_is_a_lie_is_refused_before_anything_is_made_of_it(shape: tuple[int, int]) -> None:
    stored, _ = packed({"weight": numbers(0.5, torch.float32, 64, 64)})
    with pytest.raises(VidcompressError, match="weight is packed, and its parts do not fit"):
        unpacked(stored, {"weight": shape})


def test_a_file_s_own_description_shows_a_packed_tensor_as_one(tmp_path: Path) -> None:
    module = nn.Linear(64, 64, bias=False)
    with torch.no_grad():
        module.weight[:32] = 0
    _, _, shapes = write(module, tmp_path)
    (found,) = whole(described(tmp_path / "model.safetensors"), shapes)
    assert found == Described("weight", "float32", (64, 64), 32 * 64 * 4 + 64 * 64 // 8)
    assert size(module).tensor_bytes == found.nbytes


def test_axes_in_another_order_come_back_in_it(tmp_path: Path) -> None:
    module = nn.Linear(64, 48, bias=False)
    module.weight = nn.Parameter(numbers(0.6, torch.float32, 64, 48).t())
    _, orders, shapes = write(module, tmp_path)
    assert [*orders] == [*shapes] == ["weight"]
    again = read_tensors(tmp_path, orders, shapes)["weight"]
    assert torch.equal(again, module.weight)
    assert again.stride() == module.weight.stride()


@pytest.mark.parametrize("recipe", ["prune-global:amount=0.6", "prune-global:amount=0.6+fp16", "fp32"])
def test_an_artefact_is_the_variant_bit_for_bit_and_its_schema_says_that_it_is_packed(
    recipe: str, tmp_path: Path
) -> None:
    made = variant(recipe)
    made.save(tmp_path)
    again = load(tmp_path)
    assert torch.equal(answers(again.module), answers(made.module))
    stored = again.stored
    assert stored is not None
    before = made.model.module.state_dict()
    assert {name: bits(each) for name, each in stored.state_dict().items()} == {
        name: bits(each) for name, each in before.items()
    }
    text = (tmp_path / "recipe.json").read_text()
    assert ('"schema": 3' in text, '"packed"' in text) == (recipe != "fp32",) * 2


def test_a_manifest_of_before_packs_nothing(tmp_path: Path) -> None:
    Manifest("safetensors", packed={"a.weight": (3, 4)}).write(tmp_path)
    document = json.loads((tmp_path / "recipe.json").read_text())
    assert from_json(document).packed == {"a.weight": (3, 4)}
    del document["packed"]
    assert from_json(document).packed == {}
    for wrong in ([], {"a": 3}, {"a": [-1]}, {"a": ["3"]}):
        with pytest.raises(Malformed):
            from_json({**document, "packed": wrong})
