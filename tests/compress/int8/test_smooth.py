from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import nn
from torch.nn.functional import gelu, leaky_relu, relu, silu

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.fuse.batch_norm import fold, norms_after_layers
from pytest_vidcompress.compress.int8.observe import observe
from pytest_vidcompress.compress.int8.smooth import followers, smooth
from pytest_vidcompress.compress.layers.dataflow import dataflow
from tests.models.cnn import NOISE, cnn, noise


def test_what_a_cnn_s_norms_give_to_its_convolutions() -> None:
    module = cnn().module
    assert followers(module, dataflow(module, noise())) == {
        "blocks.0.spatial_norm": ("blocks.0.temporal",),
        "blocks.1.spatial_norm": ("blocks.1.temporal",),
        "blocks.2.up_norm": ("blocks.2.depthwise",),
        # Not the stem's, which a residual connection takes; not depthwise_norm: SiLU does not multiply along.
        "blocks.2.grouped_norm": ("blocks.2.down",),
    }


def test_what_layers_give_to_layers_once_their_norms_are_part_of_them() -> None:
    module = cnn().module
    fold(module, norms_after_layers(module, noise()))
    found = followers(module, dataflow(module, noise()))
    assert found["blocks.0.spatial"] == ("blocks.0.temporal",)
    assert "blocks.2.depthwise" not in found


@pytest.mark.parametrize("folded", [False, True])
def test_smoothing_a_cnn_changes_no_logit_and_evens_out_its_inputs(folded: bool) -> None:
    module = cnn().module
    if folded:
        fold(module, norms_after_layers(module, noise()))
    with torch.no_grad():
        before = module(noise(4))
        seen, _ = observe(module, NOISE)
        wide = seen["blocks.0.temporal"].largest
        flow = dataflow(module, noise())
        assert len(followers(module, flow)) >= 4
        smooth(module, seen, 0.9, flow)
        assert (module(noise(4)) - before).abs().max() < 1e-4 * before.abs().max()
        again, _ = observe(module, NOISE)
    narrow = seen["blocks.0.temporal"].largest
    assert narrow.max() / narrow.min() < 0.7 * wide.max() / wide.min()
    for name, each in again.items():
        assert torch.allclose(each.largest, seen[name].largest, rtol=1e-3, atol=1e-5), name
        assert torch.allclose(each.mean, seen[name].mean, rtol=1e-3, atol=1e-4), name


def test_what_a_classifier_is_given_is_left_alone() -> None:
    """It is the embedding of a clip, in which a search would find others."""
    module = nn.Sequential(
        nn.Linear(6, 6), nn.LayerNorm(6), nn.Linear(6, 6), nn.LayerNorm(6), nn.Linear(6, 3)
    )
    given = torch.randn(8, 6, generator=torch.Generator().manual_seed(0)) * torch.tensor(
        [1, 9, 1, 1, 20, 1.0]
    )
    clips = cast("Clips", SimpleNamespace(expected=1, batches=lambda _: iter([(given, torch.zeros(8))])))
    seen, _ = observe(module, clips)
    flow = dataflow(module, given)
    assert followers(module, flow)["3"] == ("4",)
    before = module[:4](given)
    norm, classifier = module[1].weight.clone(), module[4].weight.clone()
    smooth(module, seen, 0.9, flow)
    assert not torch.equal(module[1].weight, norm)
    assert torch.equal(module[4].weight, classifier)
    assert torch.allclose(module[:4](given), before, atol=1e-4)


class Two(nn.Module):
    """A norm, what lies between, and a layer that takes it."""

    def __init__(self, norm: nn.Module, between: Callable[..., torch.Tensor], layer: nn.Module) -> None:
        super().__init__()
        self.norm, self.layer, self.between = norm, layer, between

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.layer(self.between(self.norm(given)))


def pooled(given: torch.Tensor) -> torch.Tensor:
    return relu(given).mean((2, 3))


@pytest.mark.parametrize(
    ("between", "passes"),
    [
        (relu, True),
        (leaky_relu, True),
        (nn.ReLU(inplace=True), True),
        (nn.MaxPool2d(2), True),
        (nn.AvgPool2d(2), True),
        (nn.Dropout(), True),
        (gelu, False),
        (silu, False),
        (nn.ReLU6(), False),
        (lambda given: given + 1, False),
        (lambda given: given * given.mean(), False),
        (lambda given: given.transpose(1, 2), False),
    ],
)
def test_only_what_multiplies_along_may_lie_between(
    between: Callable[..., torch.Tensor], passes: bool
) -> None:
    module = Two(nn.BatchNorm2d(4), between, nn.Conv2d(4, 2, 1)).eval()
    assert bool(followers(module, dataflow(module, torch.randn(1, 4, 4, 4)))) == passes


@pytest.mark.parametrize(
    ("between", "passes"),
    [
        (pooled, True),
        (nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), True),
        (lambda given: given.mean((2, 1)), False),
        (lambda given: given.flatten(2).mean(-1), False),
        (lambda given: given[:, :, 0, 0], False),
    ],
)
def test_a_classifier_may_follow_what_is_pooled(between: Callable[..., torch.Tensor], passes: bool) -> None:
    module = Two(nn.BatchNorm2d(4), between, nn.Linear(4, 2)).eval()
    assert bool(followers(module, dataflow(module, torch.randn(1, 4, 4, 4)))) == passes


def test_what_a_residual_connection_takes_too_is_left_alone() -> None:
    """Where the norm comes after the addition, its output goes around the next layers as well."""
    module = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, norm_first=False)
    # Written out: the fused operator shows nothing of what is in it.
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        found = followers(module.eval(), dataflow(module, torch.randn(1, 5, 8)))
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    assert "norm1" not in found


def test_a_layer_that_others_call_too_is_left_alone() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.layer = nn.LayerNorm(4), nn.Linear(4, 4)

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return self.layer(self.norm(given)) + self.layer(given)

    module = Twice().eval()
    assert followers(module, dataflow(module, torch.randn(2, 4))) == {}
