"""Batch norms of a CNN after weights before them became zero."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.models.model import Model
from tests.models.convolutions.small import NOISE, model

NONE = Clips([], (), {}, model("r2plus1d").profile)
FIRST = "stem.1"
"""A norm that meets the same of a convolution in any model with the same weights of that."""


def pruned(recipe: str, clips: Clips = NOISE) -> Model:
    return parse(recipe, TECHNIQUES).apply(model("r2plus1d"), clips)


def given(made: Model) -> torch.Tensor:
    """What the first norm gives of all clips, `(channels, numbers)`."""
    seen: list[torch.Tensor] = []
    norm: Any = made.module.get_submodule(FIRST)
    with norm.register_forward_hook(lambda _, __, found: seen.append(found)), torch.no_grad():
        for views, _ in NOISE.batches(1):
            made.module(views)
    return torch.cat(seen).transpose(0, 1).flatten(1)


def state(made: Model) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in made.module.state_dict().items() if "running" in name}


@pytest.mark.parametrize("recipe", ["prune-local-both:amount=0.5", "prune-global:amount=0.5"])
def test_channels_keep_their_mean_over_clips(recipe: str) -> None:
    before, after = given(pruned("fp32")), given(pruned(recipe))
    torch.testing.assert_close(after.mean(1), before.mean(1), rtol=1e-3, atol=1e-3)
    left = after.std(1) > 1e-3
    torch.testing.assert_close(after.std(1)[left], before.std(1)[left], rtol=2e-2, atol=0)
    assert bool(left.any())


def test_a_channel_that_is_gone_gives_one_number() -> None:
    weights = pruned("prune-local-both:amount=0.5").module.get_parameter("stem.0.weight")
    gone = (weights.flatten(1) == 0).all(1)
    assert bool(gone.any())
    assert float(given(pruned("prune-local-both:amount=0.5"))[gone].std(1).max()) < 1e-5


@pytest.mark.parametrize("recipe", ["prune-global:amount=0", "prune-local-both:amount=0"])
def test_where_nothing_is_pruned_norms_stay(recipe: str) -> None:
    torch.testing.assert_close(state(pruned(recipe)), state(pruned("fp32")), rtol=1e-5, atol=1e-6)


def test_without_clips_norms_stay() -> None:
    made = pruned("prune-global:amount=0.5", NONE)
    assert all(map(torch.equal, state(made).values(), state(pruned("fp32")).values()))
    assert made.notes == ()


def test_a_note_says_what_decided_and_norms_are_as_they_were_but_for_their_statistics() -> None:
    made, before = pruned("prune-local-both"), pruned("fp32")
    assert made.notes == (f"batch norms of {NOISE.expected} calibration clips",)
    for own, original in zip(made.module.modules(), before.module.modules(), strict=True):
        assert own.training == original.training
        if isinstance(own, torch.nn.BatchNorm3d):
            assert own.momentum == original.momentum
            assert own.state_dict()["num_batches_tracked"] == original.state_dict()["num_batches_tracked"]
