"""The three aggregators, by hand where that can be, and their arithmetic in the geometry of the paper."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.frame_features.gating import ContextGating
from pytest_vidcompress.models.frame_features.h_rnn import HRNN
from pytest_vidcompress.models.frame_features.netvlad import NetVLAD
from pytest_vidcompress.models.frame_features.nextvlad import NeXtVLAD

MAKE = {
    "h_rnn": lambda: HRNN(6, 4, block=3),
    "netvlad": lambda: NetVLAD(6, 3, 4),
    "nextvlad": lambda: NeXtVLAD(6, 3, 8, groups=2),
}


def made(name: str) -> nn.Module:
    torch.manual_seed(0)
    module = MAKE[name]()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2.0)
    return module.eval()


def features(frames: int = 6, seed: int = 1) -> torch.Tensor:
    return torch.randn(2, frames, 6, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize("frames", [1, 3, 5, 6])
@torch.no_grad()
def test_any_number_of_frames_is_one_vector_a_clip(name: str, frames: int) -> None:
    module, given = made(name), features(frames)
    vector = module(given)
    assert vector.shape == (2, module.size)
    torch.testing.assert_close(module(given[1:]), vector[1:])


@pytest.mark.parametrize(("name", "sees_order"), [("h_rnn", True), ("netvlad", False), ("nextvlad", False)])
@torch.no_grad()
def test_the_order_of_frames_is_for_the_recurrent_one_alone(name: str, sees_order: bool) -> None:
    module, given = made(name), features()
    assert torch.allclose(module(given), module(given.flip(1)), atol=1e-5) != sees_order


@torch.no_grad()
def test_blocks_are_read_from_zero_states_and_their_codes_in_a_row() -> None:
    module, given = made("h_rnn"), features(5)
    codes = [module.frames(given[:, cut])[1][0][-1] for cut in (slice(0, 3), slice(3, 5))]
    _, (hidden, cell) = module.blocks(torch.stack(codes, 1))
    expected = torch.cat([torch.cat((hidden[layer], cell[layer]), 1) for layer in range(2)], 1)
    torch.testing.assert_close(module(given), expected)


@torch.no_grad()
def test_netvlad_by_its_sum() -> None:
    module, given = made("netvlad"), features()
    whole = []
    for clip in given:
        shares = module.assignment_norm(module.assignment(clip)).softmax(-1)
        away = sum(
            shares[frame, None] * (clip[frame, :, None] - module.centres) for frame in range(len(clip))
        )
        away = away / away.norm(dim=0)
        whole.append(away.flatten() / away.norm())
    expected = module.gating(module.hidden_norm(module.hidden(torch.stack(whole))))
    torch.testing.assert_close(module(given), expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_nextvlad_by_its_sum() -> None:
    module, given = made("nextvlad"), features()
    whole = []
    for clip in given:
        away = torch.zeros_like(module.centres)
        for row in module.expansion(clip):
            attention = module.attention(row).sigmoid()
            scores = module.assignment_norm(module.assignment(row[None]))[0].reshape(2, 3)
            for group, part in enumerate(row.reshape(2, 6)):
                shares = attention[group] * scores[group].softmax(-1)
                away = away + shares * (part[:, None] - module.centres)
        whole.append((away / away.norm(dim=0)).flatten())
    expected = module.gating(module.hidden_norm(module.hidden(module.vector_norm(torch.stack(whole)))))
    torch.testing.assert_close(module(given), expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_a_gate_weighs_channels_between_nothing_and_all() -> None:
    for reduction in (1, 2):
        gate = ContextGating(8, reduction).eval()
        weights = gate(torch.ones(3, 8))
        assert ((weights > 0) & (weights < 1)).all()


def published(name: str, **geometry: int) -> Any:
    """Of 1024 features of pictures, in the paper's geometry; without data."""
    with torch.device("meta"):
        return {"h_rnn": HRNN, "netvlad": NetVLAD, "nextvlad": NeXtVLAD}[name](1024, **geometry).eval()


PUBLISHED = [
    ("nextvlad", {}, 300, 1.337e9),
    ("nextvlad", {}, 30, 0.134e9),
    # A step a frame and one more: see `HRNN.frame_macs`.
    ("h_rnn", {"block": 300}, 300, 5.058e9),
    ("h_rnn", {"block": 30}, 30, 0.520e9),
    # Nobody published these; by hand.
    ("h_rnn", {"block": 20}, 300, (300 + 15) * 16 * 1024**2),
    ("h_rnn", {"block": 5}, 30, (30 + 6) * 16 * 1024**2),
    ("netvlad", {}, 300, 300 * 2 * 1024 * 256),
    ("netvlad", {}, 30, 30 * 2 * 1024 * 256),
]


@pytest.mark.parametrize(("name", "geometry", "frames", "macs"), PUBLISHED)
def test_published_arithmetic_is_of_the_frames_alone(
    name: str, geometry: dict[str, int], frames: int, macs: float
) -> None:
    assert published(name, **geometry).frame_macs(frames) == pytest.approx(macs, rel=0.005)


@pytest.mark.parametrize(("name", "geometry", "frames", "macs"), PUBLISHED)
def test_the_counter_finds_the_same_in_the_real_modules(
    name: str, geometry: dict[str, int], frames: int, macs: float
) -> None:
    module = published(name, **geometry)
    counted = work(module, torch.empty(1, frames, 1024, device="meta"))
    assert not counted.uncounted
    fixed = [each for each in counted.by_module if each.startswith(("hidden", "gating"))]
    assert counted.total - sum(sum(counted.by_module[each].values()) for each in fixed) == module.frame_macs(
        frames
    )


@pytest.mark.parametrize("frames", [1, 4, 7])
def test_an_lstm_is_counted_where_it_is_computed_too(frames: int) -> None:
    """Without data torch writes it out; with data it is one operator a layer."""
    module = HRNN(6, 4, block=3).eval()
    counted = work(module, torch.ones(2, frames, 6))
    assert not counted.uncounted
    assert counted.total == 2 * module.frame_macs(frames)
