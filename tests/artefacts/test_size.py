"""What an artefact takes on disk, and what of that its numbers take."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress import load
from pytest_vidcompress.artefacts.save import size
from pytest_vidcompress.artefacts.size import Size, size_of
from tests.artefacts.variants import skip_without, variant
from tests.models.small import model


class Wrapped(nn.Module):
    """Gives every tensor a longer name."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.of_a_name_that_is_rather_long = module


def test_names_are_no_numbers() -> None:
    module = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8))
    plain, wrapped = size(module), size(Wrapped(module))
    numbers = sum(tensor.nbytes for tensor in module.state_dict().values())
    assert plain.tensor_bytes == wrapped.tensor_bytes == numbers
    assert plain.total_bytes < wrapped.total_bytes


def test_what_is_tied_counts_once_and_halves_are_halves() -> None:
    module = nn.Sequential(nn.Linear(8, 8, bias=False), nn.Linear(8, 8, bias=False))
    assert size(module).tensor_bytes == 2 * 8 * 8 * 4
    module[1].weight = module[0].weight
    assert size(module).tensor_bytes == 8 * 8 * 4
    assert size(module.half()).tensor_bytes == 8 * 8 * 2


@pytest.mark.parametrize(
    "recipe", ["fp32", "fp16", "int8-dynamic", "fuse+int8-weights", "fp32@openvino", "fp32@onnxruntime"]
)
def test_a_variant_and_what_is_loaded_of_it_weigh_the_same(recipe: str, tmp_path: Path) -> None:
    skip_without(recipe)
    made = variant(recipe)
    made.save(tmp_path)
    weighed = made.size()
    assert load(tmp_path).size() == weighed
    assert weighed.total_bytes == made.size_bytes() == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert weighed.tensor_bytes is not None
    assert 0.3 < weighed.tensor_bytes / weighed.total_bytes < 1
    if recipe.startswith("fp32"):
        weights = sum(parameter.numel() for parameter in model("videomae").module.parameters())
        assert weighed.tensor_bytes >= 4 * weights


def test_files_that_a_runtime_does_not_take_apart_are_known_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "graph.bin").write_bytes(bytes(10))
    (tmp_path / "recipe.json").write_bytes(bytes(5))
    (tmp_path / "mine.txt").write_bytes(bytes(100))
    assert size_of(tmp_path, ["graph.bin", "recipe.json"]) == Size(15, None)
    assert size_of(tmp_path, ["graph.bin", "recipe.json"], lambda folder: 7) == Size(15, 7)


def test_a_module_that_shows_no_numbers_is_weighed_as_a_whole() -> None:
    class Odd(nn.Module):
        def get_extra_state(self) -> object:
            return {"set": {1, 2}}

        def set_extra_state(self, state: object) -> None:
            pass

    odd = Odd()
    odd.weight = nn.Parameter(torch.ones(1000))
    assert size(odd).tensor_bytes is None
    assert size(odd).total_bytes > 4000
