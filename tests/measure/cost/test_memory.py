from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.measure.cost.memory import peak_memory_bytes
from tests.models.small import FAMILIES, network, pixels

X = torch.ones(1, 1000)
BUFFER = X.nbytes


def test_what_is_freed_is_not_counted_twice() -> None:
    for length in (2, 5, 20):
        chain = nn.Sequential(*(nn.ReLU() for _ in range(length)))
        assert peak_memory_bytes(chain, X) == BUFFER + 2 * BUFFER
    assert peak_memory_bytes(nn.ReLU(), X) == BUFFER + BUFFER


def test_what_is_kept_is_counted() -> None:
    def keeping(x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x + k for k in range(5)])

    assert peak_memory_bytes(keeping, X) == BUFFER + 5 * BUFFER + 5 * BUFFER


def test_the_peak_is_a_moment_not_a_sum() -> None:
    def twice(x: torch.Tensor) -> torch.Tensor:
        for _ in range(2):
            wide = x.repeat(8, 1)
            x = wide.sum(0, keepdim=True)
            del wide
        return x

    # The second time, the first time's result is there too.
    assert peak_memory_bytes(twice, X) == BUFFER + BUFFER + (8 + 1) * BUFFER


def test_views_and_changes_in_place_take_nothing() -> None:
    def looking(x: torch.Tensor) -> torch.Tensor:
        return x.view(10, 100).transpose(0, 1)[5:].relu_()

    assert peak_memory_bytes(looking, X.clone()) == BUFFER


def test_weights_count_once() -> None:
    linear = nn.Linear(1000, 10)
    weights = (1000 * 10 + 10) * 4
    assert peak_memory_bytes(linear, X) == BUFFER + weights + 10 * 4
    shared = nn.Sequential(nn.Linear(1000, 1000, bias=False), nn.Linear(1000, 1000, bias=False))
    shared[1].weight = shared[0].weight
    assert peak_memory_bytes(shared, X) == BUFFER + 1000 * 1000 * 4 + 2 * BUFFER


def test_int8_weights_are_a_quarter() -> None:
    module = nn.Sequential(nn.Linear(1000, 100, bias=False))
    small = packed(module, torch.backends.quantized.engine)
    ratio = peak_memory_bytes(small, X) / peak_memory_bytes(module, X)
    assert 0.25 < ratio < 0.3


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_the_same_every_time(family: str) -> None:
    module = network(family)
    counts = {peak_memory_bytes(module, pixels(seed=seed)) for seed in range(3)}
    counts.add(peak_memory_bytes(network(family, seed=5), pixels()))
    assert len(counts) == 1
    assert counts.pop() > sum(p.nbytes for p in module.parameters()) + pixels().nbytes


@pytest.mark.parametrize("family", FAMILIES)
def test_activations_grow_with_the_batch_and_weights_do_not(family: str) -> None:
    module = network(family)
    one, two, four = (peak_memory_bytes(module, pixels(count)) for count in (1, 2, 4))
    assert one < two < four
    assert four - two == pytest.approx(2 * (two - one), rel=0.1)


def test_the_mode_is_left_alone_and_dropout_is_off() -> None:
    module = nn.Sequential(nn.Dropout(0.5), nn.ReLU()).train()
    assert peak_memory_bytes(module, X) == 2 * BUFFER
    assert module.training


def test_a_callable_has_no_weights() -> None:
    def numbers(x: torch.Tensor) -> Any:
        return x.numpy().sum()

    assert peak_memory_bytes(numbers, X) == BUFFER
