from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from pytest_vidcompress.artefacts import save as artefact
from pytest_vidcompress.artefacts.save import save, size_bytes
from pytest_vidcompress.artefacts.tensors import tensors
from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.runtimes.runtime import Runtime
from tests.artefacts.variants import in_turns, skip_without, variant
from tests.models.small import FAMILIES, LABELS, model, network


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


def of(module: nn.Module) -> Any:
    """A variant of nothing but this module."""
    made = variant("fp32")
    return replace(made, model=replace(made.model, module=module), module=module)


@pytest.mark.parametrize("family", FAMILIES)
def test_files_are_tensors_and_json_and_nothing_else(family: str, tmp_path: Path) -> None:
    made = variant("fp32", family)
    save(made, tmp_path / "new" / "folder")
    written = files(tmp_path / "new" / "folder")
    assert set(written) == {"model.safetensors", "recipe.json", "config.json"}
    config = json.loads(written["config.json"])
    assert config["model_type"] == family
    assert "transformers_version" not in config
    stored = load_file(tmp_path / "new" / "folder" / "model.safetensors")
    held = made.model.module.state_dict()
    assert stored.keys() == held.keys()
    assert all(torch.equal(stored[key], held[key]) for key in held)


def test_the_manifest_says_what_made_it(tmp_path: Path) -> None:
    save(variant("int8-dynamic:engine=onednn"), tmp_path)
    said = json.loads((tmp_path / "recipe.json").read_text())
    expected = {
        "schema": 2,
        "format": "safetensors",
        "recipe": "int8-dynamic:engine=onednn",
        "name": "int8-dynamic:engine=onednn",
        "model": "videomae",
        "weights": "trained",
        "runtime": "torch",
        "labels": list(LABELS),
        "notes": ["int8 engine onednn"],
    }
    assert {key: said[key] for key in expected} == expected
    assert said["profile"]["frames"] == 4
    assert said["profile"]["modules"].keys() == {"global", "attention", "dense"}
    assert set(said["versions"]) == {"pytest-vidcompress", "torch", "transformers", "runtime"}
    assert said["files"].keys() == {"model.safetensors", "config.json"}
    for name, stamp in said["files"].items():
        assert stamp["bytes"] == (tmp_path / name).stat().st_size
        assert len(stamp["sha256"]) == 64


@pytest.mark.parametrize(("recipe", "family"), in_turns(1))
def test_nothing_executable_is_written_and_its_size_is_what_is_written(
    recipe: str, family: str, tmp_path: Path
) -> None:
    skip_without(recipe)
    made = variant(recipe, family)
    made.save(tmp_path)
    written = files(tmp_path)
    assert {Path(name).suffix for name in written} <= {".safetensors", ".json", ".xml", ".bin", ".onnx"}
    # A safetensors file begins with a length, whose lowest byte may be that of a pickle.
    pickles = (b"PK", *(bytes([0x80, protocol]) for protocol in range(2, 6)))
    assert not [name for name, content in written.items() if content.startswith(pickles)], "a pickle"
    assert made.size_bytes() == sum(map(len, written.values()))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_size_of_a_module_is_about_that_of_its_variant(family: str) -> None:
    made = variant("fp32", family)
    module = made.model.module
    assert size_bytes(module) > sum(p.nbytes for p in module.parameters())
    assert 0 < made.size_bytes() - size_bytes(module) < 3000, "it knows its recipe, profile and labels"


def test_size_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert size_bytes(nn.Linear(2, 2)) > 0
    assert variant("fp32").size_bytes() > 0
    assert list(tmp_path.iterdir()) == []


def test_two_saves_are_the_same_bytes_wherever_the_model_came_from(tmp_path: Path) -> None:
    from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint

    for name in ("here/mine", "somewhere else/mine"):
        network("videomae").save_pretrained(tmp_path / name)  # type: ignore[operator]
        module = load_checkpoint(tmp_path / name)[0]
        save(
            variant("fp32", replace(model("videomae"), name=str(tmp_path / name), module=module)),
            tmp_path / "saved" / name,
        )
    assert files(tmp_path / "saved" / "here/mine") == files(tmp_path / "saved" / "somewhere else/mine")


@pytest.mark.parametrize("recipe", ["fp32", "int8-dynamic:engine=onednn"])
def test_what_is_installed_does_not_change_the_size(recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = variant(recipe)
    sizes = {
        made.size_bytes(),
        replace(made, model=replace(made.model, notes=("int8 engine x86",))).size_bytes(),
    }
    for version in ("2.9.1", "2.13.0+cpu", "2.14.0.dev20261121+cpu"):
        monkeypatch.setattr(artefact, "version", lambda name, version=version: version)
        sizes.add(made.size_bytes())
    assert len(sizes) == 1


def test_any_module_can_be_saved(tmp_path: Path) -> None:
    module = Odd()
    save(of(module), tmp_path)
    assert set(files(tmp_path)) == {"model.safetensors", "recipe.json"}
    stored = load_file(tmp_path / "model.safetensors")
    assert len({"table.weight", "head.weight"} & stored.keys()) == 1, "what is shared is there once"
    for name in ("turned", "start", "end", "steps", "wide"):
        assert torch.equal(stored[name], module.state_dict()[name])
    assert sum(tensor.numel() for tensor in stored.values()) == 20 + 6 + 6 + 6 + 1 + 3 + 4
    said = json.loads((tmp_path / "recipe.json").read_text())
    assert said["tied"] == {"head.weight": "table.weight"}
    assert said["orders"] == {"turned": [1, 0]}


def test_a_tied_weight_costs_once() -> None:
    def made(tied: bool) -> nn.Module:
        module = nn.Sequential(nn.Linear(64, 64, bias=False), nn.Linear(64, 64, bias=False))
        if tied:
            module[1].weight = module[0].weight
        return module

    saved = size_bytes(made(False)) - size_bytes(made(True))
    assert 64 * 64 * 4 - 200 < saved < 64 * 64 * 4 + 200


def test_a_module_without_tensors_is_small_but_there() -> None:
    assert 0 < size_bytes(nn.Identity()) < 2500


def test_int8_is_stored_as_int8(tmp_path: Path) -> None:
    module = packed(nn.Sequential(nn.Linear(32, 32)), torch.backends.quantized.engine)
    save(of(module), tmp_path)
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


def test_a_runtime_writes_its_own_files(tmp_path: Path) -> None:
    def write(run: Any, folder: Path) -> None:
        (folder / "graph.bin").write_bytes(b"x" * run)

    own = Runtime(lambda model: 3, lambda: "own1.0", write, lambda folder: 3)  # type: ignore[arg-type,return-value]
    plain = variant("fp32")
    made = replace(plain, recipe=plain.recipe.on("own"), module=5, runtime="own", executes=own)  # type: ignore[arg-type]
    save(made, tmp_path)
    assert files(tmp_path).keys() == {"graph.bin", "recipe.json"}
    said = json.loads((tmp_path / "recipe.json").read_text())
    assert (said["format"], said["runtime"], said["name"]) == ("own", "own", "fp32@own")
    assert said["files"]["graph.bin"]["bytes"] == 5
    assert size_bytes(made) == sum(map(len, files(tmp_path).values()))


def test_where_loading_takes_the_module_saving_says_so_once(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(2, 2))
    made = replace(of(module), model=replace(variant("fp32").model, name="my/own net", module=module))
    with pytest.warns(UserWarning, match=r"what was saved of 'own net' has no config\.json.*module=\.\.\."):
        made.save(tmp_path / "first")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made.save(tmp_path / "second")
        made.size_bytes()
        variant("fp32").save(tmp_path / "of transformers")


def test_an_artefact_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    variant("fp16").save(tmp_path / "small")
    variant("fp32").save(tmp_path / "small")
    assert json.loads((tmp_path / "small" / "recipe.json").read_text())["recipe"] == "fp32"
    (tmp_path / "small" / "model.safetensors").write_bytes(b"tuned by hand")
    with pytest.raises(
        VidcompressError, match=r"holds other things than an artefact, such as 'model\.safetensors'"
    ):
        variant("fp16").save(tmp_path / "small")
    assert (tmp_path / "small" / "model.safetensors").read_bytes() == b"tuned by hand"


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def write(run: Any, folder: Path) -> None:
        (folder / "half").write_bytes(b"x")
        raise OSError(28, "No space left on device")

    own = Runtime(lambda model: 3, lambda: "own1.0", write, None)  # type: ignore[arg-type,return-value]
    with pytest.raises(VidcompressError, match=r"cannot be written to .*No space left on device"):
        save(replace(variant("fp32"), runtime="own", executes=own), tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_whoever_may_read_the_folder_may_read_its_files(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("")
    save(variant("fp32"), tmp_path / "new")
    modes = {path.stat().st_mode for path in (tmp_path / "new").iterdir()}
    assert modes == {(tmp_path / "plain.txt").stat().st_mode}
