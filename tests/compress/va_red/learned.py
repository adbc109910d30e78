"""Small gated CNNs, and lessons of noise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import torch
from torch import nn

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.va_red.gated_network import begin, in_use, learning
from pytest_vidcompress.compress.va_red.gated_sites import sites_of
from pytest_vidcompress.compress.va_red.search_space import SearchSpace
from pytest_vidcompress.compress.va_red.skipping_convolution import SkippingConvolution
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.models.model import Model
from tests.models.convolutions.small import LABELS, NOISE, network, noise
from tests.models.convolutions.small import model as small


class NoiseLessons:
    digest = "noise"

    def batch(self, step: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        return noise(size, 200 + step), torch.arange(size) % len(LABELS)

    def batches(self, steps: range, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return (self.batch(step, size) for step in steps)


def lessons(of: Model, recipe: str, folder: Path | None = None) -> Lessons:
    return Lessons(of, NoiseLessons(), folder=folder, recipe=recipe)


@cache
def model(name: str) -> Model:
    return small(name)


def made(name: str, text: str, clips: Clips = NOISE) -> Model:
    """A recipe applied to a copy."""
    return parse(text, TECHNIQUES).apply(model(name).copy(), clips, lessons(model(name), text))


def gated(name: str, space: SearchSpace) -> nn.Module:
    """Gated, and as it begins to learn."""
    module = network(name)
    with torch.random.fork_rng(devices=[]):
        # Policies begin at random, a little, and so may choose less of a clip.
        torch.manual_seed(0)
        made = learning(module, sites_of(module), space)
        begin(made, noise(4))
    return made


def deciding(name: str, space: SearchSpace, seed: int = 0) -> nn.Module:
    """In use, with policies of random weights, so that clips differ."""
    module = in_use(gated(name, space))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        for part in skipping(module):
            part.policy.scores.weight.normal_(std=2.0)
            part.policy.scores.bias.zero_()
    return module


def skipping(module: nn.Module) -> list[SkippingConvolution]:
    return [part for part in module.modules() if isinstance(part, SkippingConvolution)]
