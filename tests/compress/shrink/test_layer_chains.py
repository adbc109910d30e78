from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.shrink.layer_chains import Chain, Gate, find_chains
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.models.cnn import FRAMES, NOISE, SIZE, Cnn, cnn, noise
from tests.models.convolutions import small


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


def test_depthwise_convolutions_and_gates_keep_channels_apart() -> None:
    block = "blocks.2.res_blocks.{}.branch2"
    gated, plain = block.format(0), block.format(1)
    found = {each.producer: each for each in find_chains(small.network("x3d"), small.noise())}
    gate = Gate(f"{gated}.norm_b.1.block.0", f"{gated}.norm_b.1.block.2")
    norms = tuple(f"{gated}.{norm}" for norm in ("norm_a", "norm_b.0"))
    assert found[f"{gated}.conv_a"] == Chain(
        f"{gated}.conv_a", norms, f"{gated}.conv_c", (f"{gated}.conv_b",), (gate,)
    )
    assert found[f"{plain}.conv_a"].gates == ()
    assert found[f"{plain}.conv_a"].depthwise == (f"{plain}.conv_b",)
    assert gate.squeeze not in found, "its own neurons stay"
    assert found["blocks.5.pool.pre_conv"].consumer == "blocks.5.pool.post_conv"
    assert len(found) == 6, "one for each block, and the head's"


def test_a_gate_that_something_else_takes_as_well_is_none() -> None:
    class Weighed(nn.Module):
        """A gate whose own output somebody else takes as well."""

        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Conv3d(3, 6, 1), nn.Conv3d(6, 2, 1)
            self.squeeze, self.excite = nn.Conv3d(6, 2, 1), nn.Conv3d(2, 6, 1)
            self.is_seen = False

        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            hidden = self.first(clip)
            gate = self.excite(self.squeeze(hidden.mean((2, 3, 4), keepdim=True)).relu())
            made = self.last(hidden * gate.sigmoid())
            return made + gate.sum() if self.is_seen else made

    module = Weighed().eval()
    assert [each.producer for each in find_chains(module, small.noise())] == ["first"]
    module.is_seen = True
    assert [each.producer for each in find_chains(module, small.noise())] == ["squeeze"]


def test_channels_of_a_gated_block_that_are_there_twice_go_for_little() -> None:
    of = small.model("x3d")
    inner: Any = of.module.get_submodule("blocks.3.res_blocks.0.branch2")
    half = inner.conv_a.out_channels // 2
    parts = (inner.conv_a, inner.conv_b, inner.norm_a, inner.norm_b[0], inner.norm_b[1].block[2])
    for tensor in (each for part in parts for each in (*part.parameters(), *part.buffers())):
        if tensor.ndim and len(tensor) == 2 * half + inner.conv_a.out_channels % 2:
            tensor.data[half : 2 * half] = tensor.data[:half].clone()
    before = logits_from(of.module(small.noise())).detach()
    made = parse("shrink:mlp=0.4", TECHNIQUES).apply(of.copy(), small.NOISE)
    assert made.module.get_submodule("blocks.3.res_blocks.0.branch2.conv_b").groups < 2 * half  # type: ignore[attr-defined]
    after = logits_from(made.module(small.noise())).detach()
    assert (after - before).norm() < 0.5 * before.norm()


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
