"""R(2+1)D, X3D and I3D by name, by folder, and as the files that their authors publish."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.crops.preprocess import normalize, resize
from pytest_vidcompress.clips.crops.sampling import indices
from pytest_vidcompress.clips.kinetics.official import official_names
from pytest_vidcompress.clips.pocket.motions import MOTIONS
from pytest_vidcompress.clips.pocket.renderer import render
from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.catalog import CATALOG, DEFAULT_MODELS, default_models
from pytest_vidcompress.models.checkpoint.original_file import load_original
from pytest_vidcompress.models.load import load
from pytest_vidcompress.models.own.own_weights import save_stored
from tests.models.convolutions.small import FRAMES, LABELS, NAMES, SIZE, logits, network, own

CATALOGUED = ("r2plus1d", "x3d-s", "x3d-m", "i3d")
PER_NORM = 5
"""What the counter behind PyTorchVideo's table counts for each number that a batch norm gives (fvcore's)."""


def published(name: str) -> nn.Module:
    """Of Kinetics-400, without data."""
    row = CATALOG[name]
    architecture = own(row.model_type)
    with torch.device("meta"):
        labels = {str(number): "" for number in range(400)}
        return architecture.build(architecture.configuration({**row.geometry, "id2label": labels})).eval()


def normed(module: nn.Module, pixels: torch.Tensor) -> int:
    """Numbers that the batch norms of a module give."""
    counts: list[int] = []
    for part in module.modules():
        if isinstance(part, nn.BatchNorm3d):
            part.register_forward_hook(lambda _, __, given: counts.append(given.numel()))
    module(pixels)
    return sum(counts)


# torchvision's table says 40.52, PySlowFast's 1.96 and 4.73.
@pytest.mark.parametrize(("name", "macs"), [("r2plus1d", 40.52e9), ("x3d-s", 1.96e9), ("x3d-m", 4.73e9)])
def test_multiplications_are_the_published(name: str, macs: float) -> None:
    found = work(published(name), example_pixels(CATALOG[name].profile).to("meta"))
    assert found.macs == pytest.approx(macs, rel=2e-3)


@pytest.mark.parametrize(
    ("name", "size", "macs", "table"),
    [("i3d", 256, 37.10e9, 37.53e9), ("x3d-s", 182, 2.72e9, 2.96e9), ("x3d-m", 256, 6.18e9, 6.72e9)],
)
def test_with_norms_counted_multiplications_are_those_of_pytorchvideos_table(
    name: str, size: int, macs: float, table: float
) -> None:
    module = published(name)
    pixels = example_pixels(replace(CATALOG[name].profile, size=size)).to("meta")
    found = work(module, pixels).macs or 0
    assert found == pytest.approx(macs, rel=2e-3)
    assert found + PER_NORM * normed(module, pixels) == pytest.approx(table, rel=2e-3)


@pytest.mark.parametrize(
    ("name", "protocol", "size", "crop"),
    [
        ("r2plus1d", "16x2, 5x1 views", 112, "112 of 128 px"),
        ("x3d-s", "13x6, 10x3 views", 160, "160 of 160 px"),
        ("x3d-m", "16x5, 10x3 views", 224, "224 of 224 px"),
        ("i3d", "8x8, 10x3 views", 256, "256 of 256 px"),
    ],
)
def test_published_protocols(name: str, protocol: str, size: int, crop: str) -> None:
    profile = CATALOG[name].profile
    looked = replace(profile, views=profile.published)
    assert looked.protocol == protocol
    assert (looked.size, looked.merge, looked.layout) == (size, "softmax", "BCTHW")
    assert crop in looked.protocol_details


@pytest.fixture(params=NAMES)
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, nn.Module, Path]:
    """A small one, and the folder of its checkpoint."""
    name = request.param
    module: Any = network(name)
    profile = Profile(FRAMES, 4, SIZE, sampling="stride", mean=(0.5, 0.4, 0.3))
    save_stored(module, module.config.to_dict(), profile, tmp_path / name)
    return name, module, tmp_path / name


def test_a_folder_loads(saved: tuple[str, nn.Module, Path]) -> None:
    _, module, folder = saved
    model = load(str(folder), LABELS, "clips")
    assert torch.equal(logits(model.module), logits(module))
    profile = model.profile
    assert (profile.frames, profile.rate, profile.size, profile.resize) == (FRAMES, 4, SIZE, 0)
    assert (profile.layout, profile.sampling, profile.mean) == ("BCTHW", "stride", (0.5, 0.4, 0.3))
    assert (model.labels, profile.published) == (LABELS, Views())
    assert not model.module.training


def test_a_folder_whose_tensors_do_not_fit_is_refused(saved: tuple[str, nn.Module, Path]) -> None:
    _, _, folder = saved
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "widths": [8, 8, 8, 12]}))
    with pytest.raises(VidcompressError, match=r"its tensors are not those that config\.json describes"):
        load(str(folder), LABELS, "clips")


def original(folder: Path, name: str, module: nn.Module, **beside: Any) -> Path:
    """The file of its authors, and what lies beside it."""
    (folder / "labels.txt").write_text("\n".join(LABELS))
    (folder / "config.json").write_text(json.dumps(beside))
    stored: Any = module.state_dict()
    file = folder / f"{name}.pth"
    torch.save(stored if name == "r2plus1d" else {"model_state": stored, "cfg": "...", "epoch": 3}, file)
    return file


@pytest.mark.parametrize("name", NAMES)
def test_the_file_of_its_authors_loads(name: str, tmp_path: Path) -> None:
    module = network(name)
    file = original(tmp_path, name, module, num_frames=FRAMES, image_size=SIZE)
    model = load(str(file), LABELS, "clips")
    assert torch.equal(logits(model.module), logits(module))
    assert (model.profile.frames, model.profile.size, model.profile.layout) == (FRAMES, SIZE, "BCTHW")
    counters = [each for key, each in model.module.state_dict().items() if key.endswith("tracked")]
    assert {each.dtype for each in counters} == {torch.long}


def test_the_oldest_files_have_no_counters(tmp_path: Path) -> None:
    module = network("r2plus1d")
    stored = {key: each for key, each in module.state_dict().items() if not key.endswith("tracked")}
    file = original(tmp_path, "r2plus1d", module, num_frames=FRAMES, image_size=SIZE)
    torch.save(stored, file)
    assert torch.equal(logits(load_original(file)[0]), logits(module))


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    file = original(tmp_path, "r2plus1d", network("r2plus1d"), num_frames=FRAMES, image_size=SIZE)
    stored = torch.load(file, weights_only=True)
    torch.save({key: each for key, each in stored.items() if not key.startswith("layer3")}, file)
    with pytest.raises(VidcompressError, match=r"there is no layer3\.0\.conv2\.0\.3\.weight"):
        load_original(file)
    torch.save({**stored, "extra.weight": torch.zeros(1)}, file)
    with pytest.raises(VidcompressError, match=r"1 unknown, such as extra\.weight"):
        load_original(file)


@pytest.mark.parametrize(
    ("file", "expected"), [("X3D_M.pyth", (16, 224)), ("x3d_s.pth", (13, 160)), ("best.pth", (13, 160))]
)
def test_the_name_of_a_file_tells_which_x3d_it_is(
    file: str, expected: tuple[int, int], tmp_path: Path
) -> None:
    path = original(tmp_path, "x3d", network("x3d")).rename(tmp_path / file)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _, profile, _ = load_original(path)
    assert (profile.frames, profile.size) == expected
    said = [str(each.message) for each in caught if "does not tell which X3D it is" in str(each.message)]
    assert len(said) == (file == "best.pth")


@pytest.mark.parametrize("name", CATALOGUED)
def test_weights_that_have_to_be_fetched_are_named(name: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        load(name, ("abseiling",), "clips")
    assert str(caught.value) == (
        f"model {name!r} has weights that its authors publish as a file: fetch {CATALOG[name].file} and give it as"
        " --vc-model=FILE, or give --vc-weights=random for its geometry alone"
    )


@pytest.mark.parametrize("name", ["x3d-m", "i3d"])
def test_without_a_packaged_checkpoint_pocket_clips_are_refused(name: str) -> None:
    with pytest.raises(VidcompressError, match="has no packaged checkpoint for the pocket clips"):
        load(name, tuple(MOTIONS), "pocket")


PACKAGED = {"r2plus1d": (8, 32), "x3d-s": (8, 48)}
"""Name -> frames and pixels of a side."""


@pytest.mark.parametrize("name", PACKAGED)
def test_the_packaged_checkpoint_is_small_and_knows_the_pocket_clips(name: str) -> None:
    model = load(name, tuple(MOTIONS), "pocket")
    folder = CATALOG[name].pocket
    assert folder is not None
    assert sum(file.stat().st_size for file in folder.iterdir()) < 1_000_000
    profile = model.profile
    assert (profile.frames, profile.size) == PACKAGED[name]
    assert (profile.layout, profile.resize, model.weights) == ("BCTHW", 0, "trained")
    right = 0
    for number in range(48):
        label = model.labels[number % len(model.labels)]
        frames = render(
            label, 300_000 + number, indices(32, 16, profile.frames, profile.rate, profile.sampling)
        )
        pixels = normalize(resize(frames, profile.size), profile.mean, profile.std)
        answer = logits(model.module, pixels.transpose(0, 1).unsqueeze(0)).argmax()
        right += model.labels[int(answer)] == label
    assert right >= 0.8 * 48


def test_no_3_d_cnn_runs_unless_it_is_named() -> None:
    assert not {*CATALOGUED} & {*DEFAULT_MODELS, *default_models("pocket")}


def test_random_weights_on_pocket_clips_have_the_packaged_geometry() -> None:
    model = load("r2plus1d", tuple(MOTIONS), "pocket", "random")
    assert (model.profile.frames, model.profile.size) == PACKAGED["r2plus1d"]
    assert len(model.labels) == len(MOTIONS)


def test_random_weights_have_the_published_geometry() -> None:
    model, again = (load("x3d-s", LABELS, "clips", "random") for _ in range(2))
    assert model.labels == LABELS
    assert model.profile == CATALOG["x3d-s"].profile
    assert sum(each.numel() for each in model.module.parameters()) == 3_794_274 - 397 * 2049
    assert all(parameter.any() for parameter in model.module.parameters()), "none counts as pruned"
    assert all(map(torch.equal, model.module.parameters(), again.module.parameters()))


def test_the_published_accuracy_is_of_larger_crops(tmp_path: Path) -> None:
    from pytest_vidcompress.models.publication import publication_of

    row = CATALOG["x3d-s"]
    module = published("x3d-s")
    found = publication_of(tmp_path / "X3D_S.pyth", module, row.profile, len(official_names()))
    assert found is not None
    assert found.top1 == 0.7333
    assert found.label(replace(row.profile, views=Views(10, 3))) == (
        "measured with 10x3 views of 13x6 (span, 160 of 160 px, mean of softmax); the 73.3 % published of x3d-s is"
        " for 10x3 views of 13x6 (span, 182 of 182 px, mean of softmax)"
    )
