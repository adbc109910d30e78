from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from pytest_vidcompress.artefacts.manifest import Manifest
from pytest_vidcompress.console.show import artefact_lines
from pytest_vidcompress.errors import VidcompressError
from tests.artefacts.variants import variant
from tests.models.small import FAMILIES


def lines(recipe: str, folder: Path, family: str = "videomae", contents: bool = False) -> list[str]:
    variant(recipe, family).save(folder)
    return artefact_lines(folder, contents)


def test_it_says_what_made_it(tmp_path: Path) -> None:
    found = lines("prune-global:amount=0.4+int8-dynamic:engine=onednn", tmp_path, "timesformer")
    assert found[0] == (
        "prune-global:amount=0.4+int8-dynamic:engine=onednn of timesformer (trained weights), for torch"
    )
    assert "input: 4 frames uniform, 1x1 views of 32 x 32 pixels, BTCHW (published: 1x1 views)" in found
    assert "labels: 3 (walking, waving, yawning)" in found
    assert "note: int8 engine onednn" in found
    (made,) = (line for line in found if line.startswith("made with: "))
    assert "pytest-vidcompress 0." in made
    assert "torch 2." in made
    assert "transformers 5." in made


def test_what_stands_in_an_artefact_is_shown_escaped(tmp_path: Path) -> None:
    notes = ("see\n::error title=x::y",)
    Manifest("own", recipe="fp32", model="mine\u202e", runtime="own", notes=notes).write(tmp_path)
    found = artefact_lines(tmp_path)
    assert found[0] == r"fp32 of mine\u202e (trained weights), for own"
    assert found[-1] == r"note: see\n::error title=x::y"
    assert "\n".join(found).replace("\n", "").isprintable()
    (tmp_path / "graph\x1b[31m\n.bin").write_bytes(b"12345")
    Manifest("own", recipe="fp32", model="mine", runtime="own").write(tmp_path)
    with pytest.raises(VidcompressError, match="is no name of a file beside it"):
        artefact_lines(tmp_path)


def test_where_loading_takes_the_module_it_says_so(tmp_path: Path) -> None:
    save_file({"empty.weight": torch.zeros(0, 3)}, tmp_path / "model.safetensors")
    Manifest("safetensors", recipe="fp32", model="mine", runtime="torch").write(tmp_path)
    (line,) = (line for line in artefact_lines(tmp_path) if line.startswith("loading: "))
    assert "module=, a function that builds the uncompressed module" in line
    assert not [line for line in lines("fp32", tmp_path / "known") if line.startswith("loading: ")]


def test_it_says_how_large_every_file_is(tmp_path: Path) -> None:
    found = lines("fp16", tmp_path)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert f"{sum(sizes.values()):,} bytes" in found
    shown = {
        line.split()[0]: line.split()[1]
        for line in found
        if line.startswith("  ") and line.split()[0] in sizes
    }
    assert shown == {name: f"{size:,}" for name, size in sizes.items()}


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_are_counted_by_how_they_are_stored(family: str, tmp_path: Path) -> None:
    module = variant("fp32", family).model.module
    total = sum(parameter.numel() for parameter in module.parameters())
    found = lines("fp32", tmp_path / "fp32", family)
    (counted,) = (line for line in found if line.startswith("weights: "))
    assert counted.startswith(f"weights: {total:,} in ")
    assert any(line.split() == ["float32", f"{total:,}", "100.0%"] for line in found)
    assert not [line for line in found if line.startswith("still float")], "nothing is int8: nothing is left"
    half = lines("fp16", tmp_path / "fp16", family)
    assert any(line.split() == ["float16", f"{total:,}", "100.0%"] for line in half)


def test_what_is_still_float_is_named_the_largest_first(tmp_path: Path) -> None:
    found = lines("int8-dynamic", tmp_path, "timesformer")
    start = next(k for k, line in enumerate(found) if line.startswith("still float: "))
    assert found[start].startswith("still float: 4 tensors of two axes and more, 1 convolution of them")
    left = [line.split() for line in found[start + 1 : start + 5]]
    assert left[0][:2] == ["timesformer.embeddings.patch_embeddings.projection.weight", "float32"]
    shares = [float(line[-1].rstrip("%")) for line in left]
    assert shares == sorted(shares, reverse=True)


def test_a_runtime_s_own_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "graph.bin").write_bytes(b"12345")
    Manifest("own", recipe="fp32", model="mine", runtime="own").write(tmp_path)
    found = artefact_lines(tmp_path)
    assert found[0] == "fp32 of mine (trained weights), for own"
    assert "weights: in own's own files" in found


def test_damage_is_refused_and_contents_are_read_when_asked_for(tmp_path: Path) -> None:
    found = lines("fp32", tmp_path, contents=True)
    assert "files: as they were saved" in found
    assert any("--verify reads them" in line for line in artefact_lines(tmp_path))
    content = bytearray((tmp_path / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(content)
    artefact_lines(tmp_path)
    with pytest.raises(VidcompressError, match=r"model\.safetensors has changed"):
        artefact_lines(tmp_path, contents=True)
