from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.events.kinds import KINDS
from pytest_vidcompress.clips.pocket.motions import MOTIONS
from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models import load as load_module
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.load import check_name, load, refuse_one_label
from pytest_vidcompress.models.model import Model
from tests.models.small import FAMILIES, LABELS, checkpoint, logits, model, network, small_geometry

POCKET_LABELS = tuple(MOTIONS)


class Dense(nn.Linear):
    """One layer on all pixels."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return super().forward(input.flatten(1))


def mine() -> Model:
    return Model("mine", Dense(3 * 8 * 8, 3).train(), Profile(1, 1, 8), LABELS)


@pytest.fixture
def small_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """The families at a thousandth of their size, and without packaged checkpoints for one of them."""
    tiny = {
        name: replace(
            family,
            geometry={**family.geometry, **small_geometry(family.model_type), "num_hidden_layers": 1},
            profile=replace(family.profile, frames=4, size=32),
        )
        for name, family in CATALOG.items()
        if family.checkpoint
    }
    monkeypatch.setattr(load_module, "CATALOG", MappingProxyType(tiny))


@pytest.mark.parametrize("name", ["timesformer", "videomae", "owner/name", "mine"])
def test_known_names_pass(name: str) -> None:
    check_name(name, {"mine": mine})


def test_a_folder_passes(tmp_path: Path) -> None:
    check_name(str(tmp_path), {})
    check_name(str(tmp_path / ".."), {})


@pytest.mark.parametrize("name", ["resnet", "", "./no/such", "/no/such", "../such", "~/such", "a/b/c", "a/"])
def test_unknown_names_list_the_known(name: str) -> None:
    with pytest.raises(VidcompressError, match=r"unknown model .*: expected one of .*mine, .*timesformer, "):
        check_name(name, {"mine": mine})


def test_loading_checks_the_name() -> None:
    with pytest.raises(VidcompressError, match="unknown model 'resnet'"):
        load("resnet", LABELS, "clips")


def test_a_folder_loads(tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, "videomae")
    model = load(str(tmp_path), LABELS[1:], "clips")
    assert (model.name, model.weights, model.labels) == (str(tmp_path), "trained", LABELS)
    assert torch.equal(logits(model.module), logits(saved))


def test_labels_that_the_model_does_not_know_are_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "three"
    checkpoint(folder, "videomae")
    with pytest.raises(
        VidcompressError, match=r"three' does not have 1 of the 2 labels of clip set 'zoo': 'yodelling'"
    ):
        load(str(folder), ("waving", "yodelling"), "zoo")


def test_a_registered_model_wins_and_is_put_in_eval_mode(tmp_path: Path) -> None:
    model = load("videomae", LABELS, "clips", registered={"videomae": mine})
    assert model.name == "videomae", "the name that it is registered by, whatever the factory calls it"
    assert model.module.in_features == 3 * 8 * 8
    assert not model.module.training
    with pytest.raises(VidcompressError, match="'yodelling'"):
        load("mine", ("yodelling",), "clips", registered={"mine": mine})


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("frames", [2, 8])
def test_a_registered_model_with_another_number_of_frames_is_refused(family: str, frames: int) -> None:
    def wrong() -> Model:
        return Model("mine", network(family), Profile(frames, 4, 32), LABELS)

    with pytest.raises(VidcompressError) as caught:
        load("mine", LABELS, "clips", registered={"mine": wrong})
    assert str(caught.value) == (
        f"model 'mine' is fed {frames} frames a clip, and its weights know 4: give it a profile with frames=4, or"
        f" load weights for {frames}"
    )
    right = load("mine", LABELS, "clips", registered={"mine": lambda: model(family)})
    assert right.profile.frames == 4


def test_views_are_chosen_or_left_alone() -> None:
    plain = mine()
    known = replace(plain, profile=replace(plain.profile, published=Views(5, 3)))
    assert known.shown(None) is known
    assert known.shown("published").profile == replace(known.profile, views=Views(5, 3))
    assert known.shown(Views(2, 1)).profile == replace(known.profile, views=Views(2, 1))
    assert known.shown(Views()) == known
    assert known.shown("published").module is known.module


@pytest.mark.parametrize("name", ["timesformer", "videomae"])
def test_on_pocket_labels_a_family_is_its_packaged_checkpoint(name: str) -> None:
    model = load(name, POCKET_LABELS, "pocket")
    assert model.labels == tuple(sorted(POCKET_LABELS))
    assert model.profile.size == 64
    assert model.weights == "trained"


def test_pocket_labels_have_no_high_resolution_checkpoint() -> None:
    with pytest.raises(
        VidcompressError, match=r"'timesformer-hr' has no packaged .* one of timesformer, videomae"
    ):
        load("timesformer-hr", POCKET_LABELS, "pocket")


@pytest.mark.parametrize("name", ["timesformer", "videomae", "vivit"])
@pytest.mark.parametrize("labels", [(*KINDS,), ("rain", "fog")], ids=["all", "some"])
def test_long_clips_are_not_for_models_of_short_ones(name: str, labels: tuple[str, ...]) -> None:
    with pytest.raises(VidcompressError) as caught:
        load(name, labels, "events")
    assert str(caught.value) == (
        f"model '{name}' tells one thing of each clip, and clip set 'events' is of long ones with several labels "
        "each: give one of hrnn, netvlad, nextvlad (--vc-model), or other clips (--vc-clips)"
    )


def test_a_model_of_several_labels_is_refused_for_clips_with_one_each() -> None:
    several, plain = mine(), mine()
    refuse_one_label(plain, "ours")
    several.module.config = SimpleNamespace(problem_type="multi_label_classification")
    with pytest.raises(VidcompressError) as caught:
        refuse_one_label(several, "ours")
    assert str(caught.value) == (
        "model 'mine' tells several things of a clip, and clip set 'ours' has one label a clip: list its clips in a "
        "CSV with columns path and labels (docs/kinetics.md), or give its ClipSet several_labels=True"
    )


@pytest.mark.parametrize("name", ["hrnn", "netvlad", "nextvlad"])
def test_models_of_long_clips_are_of_several_labels_when_they_are_trained(name: str) -> None:
    random = load(name, ("fog", "rain"), "ours", "random")
    refuse_one_label(random, "ours")
    with pytest.raises(VidcompressError, match=f"^model '{name}' tells several things of a clip"):
        refuse_one_label(replace(random, weights="trained"), "ours")


def test_random_weights_on_pocket_have_the_packaged_geometry() -> None:
    model = load("videomae", POCKET_LABELS, "pocket", "random")
    trained = load("videomae", POCKET_LABELS, "pocket")
    assert model.weights == "random"
    assert model.profile == trained.profile
    random, fitted = model.module.state_dict(), trained.module.state_dict()
    assert {key: value.shape for key, value in random.items()} == {k: v.shape for k, v in fitted.items()}
    assert not torch.equal(random["classifier.weight"], fitted["classifier.weight"])


@pytest.mark.usefixtures("small_catalog")
@pytest.mark.parametrize("name", [name for name, row in CATALOG.items() if row.checkpoint])
def test_random_weights_on_other_labels_have_the_published_geometry_and_those_labels(name: str) -> None:
    model, again = (load(name, LABELS, "clips", "random") for _ in range(2))
    assert model.labels == LABELS
    assert model.profile == replace(CATALOG[name].profile, frames=4, size=32)
    assert torch.equal(logits(model.module), logits(again.module))
    assert logits(model.module).shape == (2, 3)


def test_random_weights_of_a_folder(tmp_path: Path) -> None:
    saved = checkpoint(tmp_path, "timesformer")
    model = load(str(tmp_path), LABELS, "clips", "random")
    assert model.weights == "random"
    assert not torch.equal(logits(model.module), logits(saved))


def test_a_copy_has_a_module_of_its_own() -> None:
    model = mine()
    copy = model.copy()
    nn.init.zeros_(copy.module.weight)  # type: ignore[arg-type]
    assert model.module.weight.any()  # type: ignore[operator]
    assert (copy.name, copy.labels, copy.profile) == (model.name, model.labels, model.profile)
