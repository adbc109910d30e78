"""Matrices in halves on disk, answering as they were measured."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.kept.halves import halve, widen
from pytest_vidcompress.artefacts.tensors import take_apart
from tests.models import small


def sizes(module: nn.Module) -> int:
    return sum(tensor.nbytes for tensor in take_apart(module).tensors.values())


@pytest.mark.parametrize("family", small.FAMILIES)
def test_half_the_bytes_and_nearly_the_logits(family: str) -> None:
    module = small.network(family)
    before, logits = sizes(module), small.logits(module)
    names = halve(module)
    assert sizes(module) < 0.6 * before
    widen(module, names)
    assert sizes(module) == before
    torch.testing.assert_close(small.logits(module), logits, atol=2e-2, rtol=0)


def test_what_was_rounded_once_is_rounded_no_further() -> None:
    module = small.network("videomae")
    widen(module, halve(module))
    logits = small.logits(module)
    widen(module, halve(module))
    assert torch.equal(small.logits(module), logits)


def test_zeros_stay_zeros_and_vectors_stay_as_they_are() -> None:
    layer = nn.Linear(4, 4)
    with torch.no_grad():
        layer.weight[0] = 0
        layer.bias.fill_(1 / 3)
    assert halve(layer) == ("weight",)
    assert layer.bias.dtype == torch.float32
    assert (layer.weight[0] == 0).all()


def test_what_does_not_fit_stays_wide() -> None:
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight[0, 0] = 1e6
    assert halve(layer) == ()
    assert layer.weight.dtype == torch.float32


def test_tied_tensors_stay_tied() -> None:
    module = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])
    module[1].weight = module[0].weight
    names = halve(module)
    assert names == ("0.weight",)
    widen(module, names)
    assert module[1].weight is module[0].weight
    assert module[1].weight.dtype == torch.float32
