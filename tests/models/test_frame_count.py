from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.frame_count import frames_of, refuse_other_frames
from tests.models.small import FAMILIES, network


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("frames", [2, 4, 6])
def test_the_weights_tell(family: str, frames: int) -> None:
    module = network(family, num_frames=frames)
    assert frames_of(module) == frames
    refuse_other_frames("it", module, frames)
    for other in (frames - 1, frames + 1, 2 * frames):
        with pytest.raises(VidcompressError, match=f"it is fed {other} .* its weights know {frames}:"):
            refuse_other_frames("it", module, other)


def test_a_frame_that_makes_no_tubelet_is_no_mistake() -> None:
    module: Any = network("videomae", num_frames=5)
    assert frames_of(module) == 5
    assert module(torch.zeros(1, 5, 3, 32, 32)).logits.shape == (1, 3)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_weights_go_before_the_configuration(family: str) -> None:
    module: Any = network(family)
    module.config.num_frames = 8
    assert frames_of(module) == 4


def test_patches_need_not_be_square() -> None:
    module = network("videomae", image_size=(32, 64), patch_size=(16, 32), num_frames=6)
    assert frames_of(module) == 6


@pytest.mark.parametrize("family", FAMILIES)
def test_copies_and_quantized_ones_tell_too(family: str) -> None:
    module = network(family)
    assert frames_of(copy.deepcopy(module).half()) == 4


def test_without_time_in_its_weights_any_number_is_right() -> None:
    for module in (
        network("timesformer", attention_type="space_only"),
        nn.Linear(2, 3),
        nn.Sequential(network("timesformer")),  # what it does to its input before is its own affair
        lambda pixels: pixels,
    ):
        assert frames_of(module) is None
        refuse_other_frames("it", module, 99)


def test_what_is_refused_would_have_run_without_a_word() -> None:
    # The reason for all this: transformers stretches TimeSformer's time embeddings.
    module: Any = network("timesformer")
    assert module(torch.zeros(1, 8, 3, 32, 32)).logits.shape == (1, 3)
