"""Which stages a module shows: those that it says, or those that its parts are called after."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from torch import nn

from pytest_vidcompress import VidcompressError
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.cost.stage_costs import called_parts, stage_at, stages_of
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.small import FAMILIES, NO_CLIPS, model


class FrameClassifier(nn.Module):
    """Built as those of frame features are."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
        self.aggregator = nn.Linear(4, 3)
        self.classifier = nn.Linear(3, 2)


class Saying(nn.Module):
    def __init__(self, stages: Mapping[str, tuple[str, ...] | str]) -> None:
        super().__init__()
        self.stages = stages
        self.features, self.pool, self.mix = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 2)


def test_a_frame_feature_model_shows_its_three_stages_whatever_stands_around_it() -> None:
    plain, wrapped = FrameClassifier(), nn.Sequential(nn.Identity(), FrameClassifier())
    assert stages_of(plain) == {
        "backbone": ("backbone",),
        "aggregator": ("aggregator",),
        "classifier": ("classifier",),
    }
    assert stages_of(wrapped)["aggregator"] == ("1.aggregator",)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("recipe", ["fp32", "fuse", "frames:keep=2+fuse"])
def test_transformers_show_embedding_blocks_and_head_fused_or_not(family: str, recipe: str) -> None:
    variant = build(parse(recipe, TECHNIQUES), model(family), NO_CLIPS, RUNTIMES)
    assert [*stages_of(variant.model.module)] == ["embedding", "blocks", "head"]


def test_what_a_module_says_goes_first() -> None:
    said = {"backbone": "features", "aggregator": ("pool", "mix")}
    assert stages_of(nn.Sequential(Saying(said))) == {
        "backbone": ("0.features",),
        "aggregator": ("0.pool", "0.mix"),
    }


def test_a_part_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(VidcompressError, match="Saying says that its stage 'backbone' is 'eyes', and has no"):
        stages_of(Saying({"backbone": ("eyes",)}))


def test_what_shows_none_has_none() -> None:
    assert stages_of(nn.Sequential(nn.Linear(2, 2))) == {}
    lone = nn.ModuleDict({"classifier": nn.Linear(2, 2)})
    assert stages_of(lone) == {}


def test_a_part_belongs_to_the_stage_above_it() -> None:
    stages = {"blocks": ("net.layers",), "head": ("classifier",)}
    names = ("net.layers", "net.layers.0.mlp", "net.layers2", "classifier", "")
    assert [stage_at(stages, name) for name in names] == ["blocks", "blocks", "", "head", ""]


def test_a_list_of_blocks_is_called_block_by_block() -> None:
    module = nn.ModuleDict({"blocks": nn.ModuleList([nn.Linear(2, 2), nn.ModuleList([nn.ReLU()])])})
    assert [type(part) for part in called_parts(module, ["blocks"])] == [nn.Linear, nn.ReLU]
