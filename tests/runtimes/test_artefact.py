from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from pytest_vidcompress.compress.int8_dynamic import quantize
from pytest_vidcompress.runtimes.artefact import save, size_bytes
from pytest_vidcompress.runtimes.tensors import tensors
from tests.models.small import FAMILIES, network

FACTS = {"recipe": "fp16", "model": "mine"}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Odd(nn.Module):
    """What people's modules hold: tied, transposed, overlapping and scalar tensors, and a table of numbers."""

    def __init__(self) -> None:
        super().__init__()
        flat = torch.arange(10.0)
        self.table = nn.Embedding(5, 4)
        self.head = nn.Linear(4, 5, bias=False)
        self.head.weight = self.table.weight
        self.turned = nn.Parameter(torch.arange(6.0).view(2, 3).t())
        self.start, self.end = nn.Parameter(flat[:6]), nn.Parameter(flat[4:])
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.register_buffer("steps", torch.arange(3))
        self.register_buffer("wide", torch.ones(1, 1).expand(2, 2))


@pytest.mark.parametrize("family", FAMILIES)
def test_files_are_tensors_and_json_and_nothing_else(family: str, tmp_path: Path) -> None:
    module = network(family)
    save(module, tmp_path / "new" / "folder", FACTS)
    written = files(tmp_path / "new" / "folder")
    assert set(written) == {"model.safetensors", "recipe.json", "config.json"}
    assert json.loads(written["recipe.json"]) == {"schema": 1, **FACTS}
    config = json.loads(written["config.json"])
    assert config["model_type"] == family
    assert "transformers_version" not in config
    stored = load_file(tmp_path / "new" / "folder" / "model.safetensors")
    held = module.state_dict()
    assert stored.keys() == held.keys()
    assert all(torch.equal(stored[key], held[key]) for key in held)


@pytest.mark.parametrize("family", FAMILIES)
def test_size_is_the_sum_of_the_files(family: str, tmp_path: Path) -> None:
    module = network(family)
    save(module, tmp_path, FACTS)
    assert size_bytes(module, FACTS) == sum(len(content) for content in files(tmp_path).values())
    assert size_bytes(module, FACTS) > sum(p.nbytes for p in module.parameters())


def test_size_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert size_bytes(nn.Linear(2, 2)) > 0
    assert list(tmp_path.iterdir()) == []


def test_two_saves_are_the_same_bytes_wherever_the_model_came_from(tmp_path: Path) -> None:
    from pytest_vidcompress.models.checkpoint import load_checkpoint

    network("videomae").save_pretrained(tmp_path / "here")  # type: ignore[operator]
    network("videomae").save_pretrained(tmp_path / "somewhere else")  # type: ignore[operator]
    for name in ("here", "somewhere else"):
        save(load_checkpoint(tmp_path / name)[0], tmp_path / f"saved from {name}", FACTS)
    assert files(tmp_path / "saved from here") == files(tmp_path / "saved from somewhere else")


def test_any_module_can_be_saved(tmp_path: Path) -> None:
    module = Odd()
    save(module, tmp_path)
    assert set(files(tmp_path)) == {"model.safetensors", "recipe.json"}
    stored = load_file(tmp_path / "model.safetensors")
    assert len({"table.weight", "head.weight"} & stored.keys()) == 1, "what is shared is there once"
    for name in ("turned", "start", "end", "steps", "wide"):
        assert torch.equal(stored[name], module.state_dict()[name])
    assert sum(tensor.numel() for tensor in stored.values()) == 20 + 6 + 6 + 6 + 1 + 3 + 4


def test_a_tied_weight_costs_once() -> None:
    def made(tied: bool) -> nn.Module:
        module = nn.Sequential(nn.Linear(64, 64, bias=False), nn.Linear(64, 64, bias=False))
        if tied:
            module[1].weight = module[0].weight
        return module

    saved = size_bytes(made(False)) - size_bytes(made(True))
    assert 64 * 64 * 4 <= saved < 64 * 64 * 4 + 200


def test_a_module_without_tensors_is_small_but_there() -> None:
    assert 0 < size_bytes(nn.Identity()) < 1000


def test_int8_is_stored_as_int8(tmp_path: Path) -> None:
    module = quantize(nn.Sequential(nn.Linear(32, 32)), torch.backends.quantized.engine)
    save(module, tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    assert stored["0.weight"].dtype == torch.int8
    assert stored.keys() == tensors(module).keys()


def test_saving_leaves_the_module_alone() -> None:
    module = Odd()
    before = {
        key: (value.clone(), value.stride(), value.data_ptr()) for key, value in module.state_dict().items()
    }
    size_bytes(module)
    for key, value in module.state_dict().items():
        copy, stride, address = before[key]
        assert torch.equal(value, copy)
        assert (value.stride(), value.data_ptr()) == (stride, address)
