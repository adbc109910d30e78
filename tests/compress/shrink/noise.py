"""Calibration clips without files, and what small models make of noise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from tests.models.small import pixels


class Noise:
    """Some views of noise, each a clip."""

    def __init__(self, expected: int = 8) -> None:
        self.expected = expected

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((pixels(1, 100 + clip), torch.zeros(1, dtype=torch.long)) for clip in range(self.expected))


NOISE = cast(Clips, Noise())
FEW = cast(Clips, Noise(3))
"""Where how near it comes does not matter."""


def shrunk(recipe: str, of: Model, clips: Clips = NOISE) -> Model:
    return parse(recipe, TECHNIQUES).apply(of, clips)


def answers(run: Any, seed: int = 1) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(run(pixels(2, seed)))


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Relative to how large the logits are."""
    return float((found - expected).norm() / expected.norm())
