"""Multiply-accumulates by stage: exact, and all of them where every product is in a stage."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.cost.weigh import weigh
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.frame_features.small import NAMES
from tests.models.frame_features.small import model as frame_model
from tests.models.frame_features.small import pixels as frames
from tests.models.small import FAMILIES, NO_CLIPS, model, pixels


class Frames(nn.Module):
    """A backbone of every frame, an aggregator of two layers, a classifier, and a product in none of them."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Linear(48, 8)
        self.aggregator = nn.Sequential(nn.Linear(8, 6), nn.Linear(6, 5))
        self.classifier = nn.Linear(5, 3)
        self.scale = nn.Parameter(torch.ones(3, 3))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        features = self.backbone(pixels.flatten(2))
        return self.classifier(self.aggregator(features.mean(1))) @ self.scale


def test_every_stage_has_its_own() -> None:
    cost = weigh(Subject.of(Frames()), torch.zeros(1, 7, 3, 4, 4))
    assert cost.stage_macs == {"backbone": 7 * 48 * 8, "aggregator": 8 * 6 + 6 * 5, "classifier": 15}
    assert cost.macs == sum(cost.stage_macs.values()) + 9


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("recipe", ["fp32", "fuse", "bf16", "int8-dynamic"])
def test_of_a_transformer_stages_are_all_there_is(family: str, recipe: str) -> None:
    variant = build(parse(recipe, TECHNIQUES), model(family), NO_CLIPS, RUNTIMES)
    cost = weigh(Subject.of(variant), pixels())
    assert cost.notes == ()
    assert sum(cost.stage_macs.values()) == cost.macs
    assert all(cost.stage_macs[stage] > 0 for stage in ("embedding", "blocks", "head"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("recipe", ["frames:keep=4", "fuse", "int8-dynamic", "frames:keep=4+fp16"])
def test_of_a_frame_feature_model_stages_are_all_there_is(name: str, recipe: str) -> None:
    variant = build(parse(recipe, TECHNIQUES), frame_model(name), NO_CLIPS, RUNTIMES)
    own, whole = (
        weigh(subject, frames(1)) for subject in (Subject.of(variant), Subject.of(frame_model(name).module))
    )
    for cost in (own, whole):
        assert [*cost.stage_macs] == ["backbone", "aggregator", "classifier"]
        assert sum(cost.stage_macs.values()) == cost.macs
    half = 0.5 if recipe.startswith("frames") else 1.0
    assert own.stage_macs["backbone"] == half * whole.stage_macs["backbone"]
    assert own.stage_macs["classifier"] == whole.stage_macs["classifier"]


def test_what_shows_no_stages_has_none() -> None:
    assert (
        weigh(
            Subject.of(nn.Sequential(nn.Flatten(), nn.Linear(48, 2))), torch.zeros(1, 1, 3, 4, 4)
        ).stage_macs
        == {}
    )


def test_what_says_what_it_has_not_is_noted_and_the_rest_is_weighed() -> None:
    module = Frames()
    module.stages = {"backbone": ("eyes",)}  # pyright: ignore[reportArgumentType]
    cost = weigh(Subject.of(module), torch.zeros(1, 7, 3, 4, 4))
    assert (cost.stage_macs, cost.macs) == ({}, 7 * 48 * 8 + 78 + 15 + 9)
    assert "MACs of stages not known: Frames says that its stage 'backbone' is 'eyes'" in cost.notes[0]
