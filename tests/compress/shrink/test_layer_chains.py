from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.shrink.layer_chains import Chain, find_chains
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.cnn import FRAMES, NOISE, SIZE, Cnn, cnn, noise


class Perceptron(nn.Module):
    """Pixels `(B, 4, 3, 8, 8)` -> three logits, by two hidden layers and a way past them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = nn.Linear(192, 16), nn.Linear(16, 16), nn.Linear(16, 3)
        self.past = nn.Linear(192, 16)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        frame = pixels.flatten(2).mean(1)
        hidden = self.first(frame)
        hidden = self.second(hidden * torch.sigmoid(1.702 * hidden))
        return self.third(torch.tanh(hidden) + functional.gelu(self.past(frame)))


def pixels() -> torch.Tensor:
    return torch.randn(1, 4, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def test_what_a_residual_connection_takes_as_well_is_left_alone() -> None:
    assert find_chains(Perceptron().eval(), pixels()) == [Chain("first", (), "second")]


def test_convolutions_are_followed_through_norms_and_activations() -> None:
    clip = torch.randn(1, 3, FRAMES, SIZE, SIZE)
    assert find_chains(Cnn().eval(), clip) == [
        Chain(f"blocks.{block}.spatial", (f"blocks.{block}.spatial_norm",), f"blocks.{block}.temporal")
        for block in (0, 1)
    ]


def test_what_is_changed_in_place_by_another_tensor_is_no_chain() -> None:
    class Adding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 3)

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            hidden = self.first(given)
            hidden += given
            return self.second(hidden)

    class Rectified(Adding):
        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return self.second(self.first(given).relu_())

    assert find_chains(Adding().eval(), torch.randn(1, 8)) == []
    assert find_chains(Rectified().eval(), torch.randn(1, 8)) == [Chain("first", (), "second")]


def test_a_layer_that_is_used_twice_is_no_chain() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return self.second(self.second(self.first(given).relu()).relu())

    assert find_chains(Twice().eval(), torch.randn(1, 8)) == []


def test_channels_that_are_there_twice_go_for_nothing() -> None:
    of = cnn()
    module: Cnn = of.module  # pyright: ignore[reportAssignmentType]
    for block in (module.blocks[0], module.blocks[1]):
        half = (block.spatial.out_channels + 1) // 2
        for tensor in (*block.spatial_norm.parameters(), *block.spatial_norm.buffers(), block.spatial.weight):
            if tensor.ndim:
                tensor.data[half:] = tensor.data[: len(tensor) - half].clone()
    before = logits_from(of.module(noise())).detach()
    made = parse("shrink:mlp=0.4", TECHNIQUES).apply(of, NOISE)
    after = logits_from(made.module(noise())).detach()
    assert made.module.blocks[0].spatial.out_channels < 8 + 3  # pyright: ignore
    assert (after - before).norm() < 1e-3 * before.norm()


@pytest.mark.parametrize("recipe", ["shrink", "shrink:mlp=0.5+fuse", "fuse+shrink:mlp=0.5+int8-static@torch"])
def test_an_artefact_of_a_cnn_is_loaded_bit_for_bit(recipe: str, tmp_path: Path) -> None:
    made = build(parse(recipe, TECHNIQUES), cnn(), NOISE, RUNTIMES)
    made.save(tmp_path)
    loaded = load(tmp_path, module=lambda: Cnn().eval())
    with torch.inference_mode():
        assert torch.equal(logits_from(loaded.module(noise())), logits_from(made.module(noise())))


def test_a_plain_perceptron_gets_smaller() -> None:
    class Clips:
        expected = 6

        def batches(self, _: int):  # type: ignore[no-untyped-def]
            generator = torch.Generator().manual_seed(1)
            return ((torch.randn(1, 4, 3, 8, 8, generator=generator), None) for _ in range(self.expected))

    of = Model("mine", Perceptron().eval(), Profile(4, 1, 8), ("a", "b", "c"))
    made = parse("shrink:mlp=0.5", TECHNIQUES).apply(of, Clips())  # type: ignore[arg-type]
    assert made.module.first.weight.shape == (8, 192)
    assert made.module.second.weight.shape == (16, 8)
