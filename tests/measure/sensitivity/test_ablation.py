"""A model without each of its parts in turn."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.sensitivity.ablation import measure_sensitivity
from pytest_vidcompress.measure.sensitivity.block_parts import block_parts, replaced_by_means
from pytest_vidcompress.measure.sensitivity.sensitivity import (
    AXES,
    BLOCK,
    HEADS,
    MLP,
    PartSensitivity,
    Sensitivity,
)
from pytest_vidcompress.models.model import Model
from tests.artefacts.variants import calibrating
from tests.models import small


@pytest.fixture(scope="module", params=small.FAMILIES)
def model(request: pytest.FixtureRequest) -> Model:
    return small.model(request.param, num_hidden_layers=3)


@pytest.fixture(scope="module")
def found(model: Model) -> Sensitivity:
    return measure_sensitivity(model, calibrating())


def of(found: Sensitivity, block: int, axis: str) -> PartSensitivity:
    return next(part for part in found.parts if (part.block, part.axis) == (block, axis))


def test_every_part_of_every_block_is_asked_about(found: Sensitivity) -> None:
    assert [(part.block, part.axis) for part in found.parts] == [(n, axis) for n in range(3) for axis in AXES]
    assert all(part.kl >= 0 and 0 <= part.agreement <= 1 for part in found.parts)
    assert any(part.kl > 0 for part in found.parts)
    assert found.clips > 0


def test_a_block_s_work_is_its_attention_s_and_its_neurons(found: Sensitivity) -> None:
    for number in range(3):
        both = of(found, number, MLP).macs_share + of(found, number, HEADS).macs_share
        assert of(found, number, BLOCK).macs_share == pytest.approx(both)
    assert 0.2 < found.total(BLOCK, "macs_share") < 1


def test_neurons_work_in_proportion_to_their_number(model: Model) -> None:
    wider = small.model(model.name, num_hidden_layers=3, intermediate_size=96)
    narrow, wide = (measure_sensitivity(each, calibrating()) for each in (model, wider))
    ratio = wide.total(MLP, "macs_share") / wide.total(HEADS, "macs_share")
    assert ratio == pytest.approx(2 * narrow.total(MLP, "macs_share") / narrow.total(HEADS, "macs_share"))


def test_time_is_a_share_of_the_call_s(found: Sensitivity) -> None:
    assert all(0 < part.time_share < 1 for part in found.parts)
    assert found.total(BLOCK, "time_share") < 1.5


def test_a_part_that_gives_the_same_to_every_token_costs_nothing(model: Model) -> None:
    same = model.copy()
    writer = next(part for part in block_parts(same) if (part.block, part.axis) == (1, MLP)).writers[0]
    with torch.no_grad():
        same.module.get_submodule(writer).weight.zero_()
    found = measure_sensitivity(same, calibrating())
    assert of(found, 1, MLP).kl == pytest.approx(0, abs=1e-6)
    assert of(found, 1, MLP).agreement == 1
    assert of(found, 0, MLP).kl > 1e-6


def test_the_model_is_as_before(model: Model, found: Sensitivity) -> None:
    fresh = small.model(model.name, num_hidden_layers=3)
    assert torch.equal(small.logits(model.module), small.logits(fresh.module))
    assert not any(part._forward_hooks for part in model.module.modules())


def test_means_stand_only_inside_the_block(model: Model) -> None:
    part = block_parts(model)[0]
    name = part.writers[0]
    width = model.module.get_submodule(name).out_features
    before = small.logits(model.module)
    with replaced_by_means(model.module, part, {name: torch.ones(width)}):
        assert not torch.equal(small.logits(model.module), before)
    assert torch.equal(small.logits(model.module), before)


def test_what_nobody_knows_the_blocks_of_is_refused() -> None:
    layers: Any = nn.Sequential(nn.Flatten(), nn.Linear(3, 2))
    with pytest.raises(VidcompressError, match="is a Sequential, of whose blocks nothing is known here"):
        block_parts(Model("own", layers, Profile(1, 1, 1), ("a", "b")))
