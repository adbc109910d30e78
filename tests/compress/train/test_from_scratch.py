"""Weights that are drawn anew: which, and that they hang on the seed alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.train.from_scratch import begin_anew
from pytest_vidcompress.errors import VidcompressError
from tests.models.small import network


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
        self.recurrent = nn.LSTM(4, 4)
        self.classifier = nn.Linear(4, 2)


def tensors(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: each.clone() for name, each in module.state_dict().items()}


def test_what_is_frozen_stays_and_the_rest_hangs_on_the_seed_alone() -> None:
    made: list[dict[str, torch.Tensor]] = []
    before = tensors(one := Net())
    for seed in (1, 1, 2):
        net = Net()
        net.load_state_dict(one.state_dict())
        net.backbone.requires_grad_(False)
        net.backbone[1].running_mean.fill_(3)
        drawn = torch.get_rng_state()
        begin_anew(net, seed)
        assert torch.equal(drawn, torch.get_rng_state())
        made.append(tensors(net))
    assert all(torch.equal(made[0][name], made[1][name]) for name in before)
    changed = {name for name in before if not torch.equal(made[0][name], before[name])}
    assert changed == {
        "backbone.1.running_mean",
        *(name for name in before if name.startswith(("recurrent", "classifier"))),
    }
    assert made[0]["backbone.1.running_mean"].eq(3).all()
    assert not torch.equal(made[0]["classifier.weight"], made[2]["classifier.weight"])


def test_where_all_is_frozen_all_is_drawn_and_statistics_begin_anew() -> None:
    net = Net().requires_grad_(False)
    net.backbone[1].running_mean.fill_(3)
    before = tensors(net)
    begin_anew(net, 0)
    assert not torch.equal(before["backbone.0.weight"], net.backbone[0].weight)
    assert net.backbone[1].running_mean.eq(0).all()


def test_what_was_pruned_stays_zero() -> None:
    net = Net()
    with torch.no_grad():
        net.classifier.weight[0] = 0
    begin_anew(net, 0)
    assert net.classifier.weight[0].eq(0).all()
    assert net.classifier.weight[1].ne(0).all()


@pytest.mark.parametrize("family", ["videomae", "timesformer"])
def test_no_matrix_of_a_transformer_is_left(family: str) -> None:
    module = network(family)
    before = tensors(module)
    begin_anew(module, 0)
    for name, each in module.named_parameters():
        assert each.ndim < 2 or (each.any() and not torch.equal(each, before[name])), name


def test_a_part_that_does_not_say_how_it_is_drawn_is_named() -> None:
    net = Net()
    net.classifier.register_module("own", part := nn.Module())
    part.register_parameter("centres", nn.Parameter(torch.ones(2, 2)))
    with pytest.raises(
        VidcompressError, match=r"nothing says how classifier\.own\.centres of the model is drawn"
    ):
        begin_anew(net, 0)
