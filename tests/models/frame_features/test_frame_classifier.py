from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.frame_features.frame_classifier import frame_classifier
from pytest_vidcompress.models.frame_features.h_rnn import HRNN
from tests.models.frame_features.small import LABELS, NAMES, PROFILE, classifier, logits, pixels


@pytest.mark.parametrize("name", NAMES)
def test_logits_are_those_of_features_that_were_kept(name: str) -> None:
    module = classifier(name)
    with torch.inference_mode():
        features = module.features(pixels())
        assert features.shape == (2, 8, 6)
        assert torch.equal(module.answer(features), module(pixels()))
        one_by_one = torch.cat([module.backbone(frame[None]) for frame in pixels()[1]])
    torch.testing.assert_close(features[1], one_by_one)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("frames", [1, 5, 8, 13])
def test_any_number_of_frames_is_answered(name: str, frames: int) -> None:
    assert logits(classifier(name), pixels(frames=frames)).shape == (2, len(LABELS))


class Images(nn.Module):
    """A backbone of somebody's, whose features come as he likes."""

    def __init__(self, shape: str) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 7, 4, 4)
        self.shape = shape

    def forward(self, frames: torch.Tensor) -> Any:
        maps = self.layer(frames)
        return {
            "maps": maps,
            "vectors": maps.mean((2, 3)),
            "object": SimpleNamespace(pooler_output=maps.mean((2, 3))),
            "tokens": maps.flatten(2),
        }[self.shape]


@pytest.mark.parametrize("shape", ["maps", "vectors", "object"])
@pytest.mark.parametrize("name", NAMES)
def test_any_module_of_images_is_a_backbone(name: str, shape: str) -> None:
    geometry = {"hidden": 16} | ({"groups": 2} if name == "nextvlad" else {})
    torch.manual_seed(0)
    module = frame_classifier(Images(shape), name, labels=LABELS, profile=PROFILE, **geometry)
    assert not module.training
    assert module.config is None, "nothing but their code says how these parts are built"
    torch.manual_seed(0)
    same = frame_classifier(Images("maps"), name, labels=LABELS, profile=PROFILE, **geometry)
    torch.testing.assert_close(logits(module), logits(same))


def test_any_module_of_features_is_an_aggregator() -> None:
    class Mean(nn.Module):
        def forward(self, features: torch.Tensor) -> torch.Tensor:
            return features.mean(1)

    module = frame_classifier(Images("maps"), Mean(), labels=LABELS, profile=PROFILE)
    assert module.classifier.in_features == 7
    assert logits(module).shape == (2, len(LABELS))


def test_parts_that_are_named_say_how_they_are_built() -> None:
    module = frame_classifier("conv", "hrnn", labels=LABELS, profile=PROFILE, hidden=4, block=2)
    assert module.config is not None
    assert module.config.to_dict() == {
        "model_type": "frame-features",
        "backbone": {"name": "conv"},
        "aggregator": {"name": "hrnn", "hidden": 4, "block": 2},
        "num_frames": 8,
        "image_size": 32,
        "id2label": {0: "blinking", 1: "crossing", 2: "growing"},
    }
    aggregator = module.aggregator
    assert isinstance(aggregator, HRNN)
    assert (aggregator.block, aggregator.frames.input_size, module.classifier.in_features) == (2, 64, 16)


def test_the_packaged_backbone_is_small() -> None:
    module = frame_classifier("conv", labels=LABELS, profile=PROFILE, hidden=16)
    assert sum(each.numel() for each in module.backbone.parameters()) < 150_000


class Silent(nn.Module):
    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("no image")


@pytest.mark.parametrize(
    ("backbone", "aggregator", "geometry", "words"),
    [
        ("resnet", "hrnn", {}, "unknown backbone 'resnet': expected one of conv, efficientnet-lite0"),
        ("conv", "mean", {}, "unknown aggregator 'mean': expected one of hrnn, netvlad, nextvlad"),
        ("conv", "hrnn", {"centres": 3}, "aggregator 'hrnn' has no 'centres': it takes hidden, block"),
        (
            "conv",
            "netvlad",
            {"centres": 0},
            "aggregator 'netvlad' cannot have centres=0: expected a whole number of 1 to 65,536",
        ),
        (
            "conv",
            "nextvlad",
            {"groups": 3},
            "aggregator 'nextvlad' cannot have groups=3: expected a number that divides 128, the width of an expanded"
            " frame",
        ),
        (
            "conv",
            "nextvlad",
            {"dropout": 2.0},
            "aggregator 'nextvlad' cannot have dropout=2.0: expected a number of 0 to 1",
        ),
        (
            Images("tokens"),
            "hrnn",
            {},
            "backbone Images, given (1, 3, 32, 32), gives (1, 7, 64): expected features (B, N)",
        ),
        (
            Silent(),
            "hrnn",
            {},
            "backbone Silent, given (1, 3, 32, 32), raises RuntimeError: no image; expected features (B, N)",
        ),
        (
            Images("maps"),
            nn.Identity(),
            {},
            "aggregator Identity, given (1, 8, 7), gives (1, 8, 7): expected vectors (B, E)",
        ),
    ],
)
def test_parts_that_cannot_be_are_refused(
    backbone: Any, aggregator: Any, geometry: dict[str, Any], words: str
) -> None:
    with pytest.raises(VidcompressError) as caught:
        frame_classifier(backbone, aggregator, labels=LABELS, profile=PROFILE, **geometry)
    assert str(caught.value) == words
