from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.manifest import CONFIG, Manifest
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.shrink.anatomies import anatomy_of
from pytest_vidcompress.compress.shrink.structure_record import KEY, BlockSizes, rebuild_sizes, sizes_of
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.checkpoint.skeleton import skeleton
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.compress.shrink.noise import NOISE, shrunk
from tests.models.small import model


def test_a_rebuild_repeats_sizes_without_data_and_again_changes_nothing() -> None:
    made: Any = shrunk("shrink:mlp=0.5,heads=0.5,allocate=global", model("timesformer")).module
    empty = skeleton(made.config.to_dict())
    anatomy = anatomy_of(empty)
    assert anatomy is not None
    for _ in range(2):
        rebuild_sizes(empty, anatomy, {})
        found = [sizes_of(anatomy, block) for block in anatomy.blocks_of(empty)]
        assert found == [sizes_of(anatomy, block) for block in anatomy.blocks_of(made)]
    assert {name: tensor.shape for name, tensor in empty.state_dict().items()} == {
        name: tensor.shape for name, tensor in made.state_dict().items()
    }
    assert all(tensor.is_meta for tensor in empty.state_dict().values())


def test_sizes_are_those_of_the_layers() -> None:
    of = model("timesformer")
    anatomy = anatomy_of(of.module)
    assert anatomy is not None
    assert sizes_of(anatomy, anatomy.blocks_of(of.module)[0]) == BlockSizes(48, (2, 2), (12, 12))


@pytest.mark.parametrize(
    "said",
    [
        {"blocks": []},
        {"blocks": [{"neurons": 8, "heads": [1], "head_size": [12]}]},
        {"blocks": [{"neurons": 1 << 20, "heads": [1], "head_size": [12]}] * 2},
        {"blocks": [{"neurons": 8, "heads": [1, 1], "head_size": [12]}] * 2},
        {"blocks": [{"neurons": -1, "heads": [1], "head_size": [12]}] * 2},
        {"blocks": 3},
        [],
        "large",
    ],
)
def test_sizes_that_are_none_are_refused(said: Any) -> None:
    module: Any = model("videomae").module
    anatomy = anatomy_of(module)
    assert anatomy is not None
    setattr(module.config, KEY, said)
    with pytest.raises(VidcompressError, match=f"{KEY} what is no list of the sizes of 2 blocks"):
        rebuild_sizes(module, anatomy, {})


def test_sizes_that_are_not_those_of_the_tensors_are_refused(tmp_path: Path) -> None:
    recipe = "shrink:heads=0.5"
    build(parse(recipe, TECHNIQUES), model("videomae"), NOISE, RUNTIMES).save(tmp_path)
    config = tmp_path / CONFIG
    said = json.loads(config.read_text(encoding="utf-8"))
    said[KEY]["blocks"][0]["neurons"] = 7
    config.write_text(json.dumps(said), encoding="utf-8")
    _stamp(tmp_path)
    with pytest.raises(VidcompressError, match="do not fit the model that its recipe makes"):
        load(tmp_path)


def _stamp(folder: Path) -> None:
    """Names the files anew, as somebody would who changed them on purpose."""
    from pytest_vidcompress.artefacts.folder import read

    manifest: Manifest = read(folder)
    (folder / "recipe.json").unlink()
    manifest.write(folder)
