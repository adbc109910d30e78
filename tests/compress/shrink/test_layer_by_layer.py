from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.shrink import layer_by_layer
from pytest_vidcompress.compress.shrink.block_stream import Given, Sight
from pytest_vidcompress.compress.shrink.layer_by_layer import (
    LARGEST,
    Clip,
    Method,
    Stage,
    row_weights,
    shrink_stages,
)
from pytest_vidcompress.compress.shrink.layer_chains import chain_sites
from pytest_vidcompress.compress.shrink.normal_equations import NormalEquations
from pytest_vidcompress.compress.shrink.shares import Shrink
from pytest_vidcompress.compress.shrink.shrink_model import shrink_model
from pytest_vidcompress.compress.shrink.site import MLP, Site
from pytest_vidcompress.models.module_copy import module_copy
from tests.compress.shrink.noise import distance
from tests.models.packaged import packaged, spare


class Deep(nn.Module):
    """Five layers in a row, whose neurons depend on each other."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.layers = nn.ModuleList(nn.Linear(16, 16) for _ in range(5))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            given = torch.tanh(layer(given))
        return given


def error_of(method: Method) -> float:
    """How far from the original it is with six of sixteen neurons less in every layer, on other rows."""
    generator = torch.Generator().manual_seed(1)
    low = torch.randn(6, 16, generator=generator)
    rows = [torch.randn(40, 6, generator=generator) @ low for _ in range(9)]
    original = Deep().eval()
    small = module_copy(original)
    sites = chain_sites(small, rows[0])
    kept = {site.consumer: 10 for site in sites}
    assert len(sites) == 4
    shrink_stages(
        [Stage((original,), small, sites, kept)],
        [Clip(Given(each), Given(each)) for each in rows[1:]],
        method,
    )
    with torch.no_grad():
        return distance(small(rows[0]), original(rows[0]))


def test_layers_mend_what_those_before_them_lost() -> None:
    in_order = error_of(Method("least-squares", "score"))
    apart = error_of(Method("least-squares", "score", sequential=False))
    unrepaired = error_of(Method("none", "score"))
    assert in_order < apart < unrepaired


def test_of_layers_too_large_for_least_squares_the_mean_is_repaired() -> None:
    method = Method("least-squares", "score")
    assert [method.repair_of(each) for each in (LARGEST, LARGEST + 1)] == ["least-squares", "mean"]
    assert Method("none", "score").repair_of(LARGEST + 1) == "none"


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[[Method], tuple[int, int]]:
    """What shrinking by a method kept at most at any time: normal equations, and products of features in one."""
    made: list[ref[NormalEquations]] = []
    alive, products = list[int](), list[int]()
    make = NormalEquations.__init__

    def noted(self: NormalEquations, *sums: Any) -> None:
        make(self, *sums)
        made.append(ref(self))
        alive.append(sum(each() is not None for each in made))
        products.append(self.gram.numel())

    def run(method: Method) -> tuple[int, int]:
        error_of(method)
        return max(alive), max(products)

    monkeypatch.setattr(NormalEquations, "__init__", noted)
    return run


def test_of_eight_clips_no_more_is_kept_than_of_five(watched: Callable[[Method], tuple[int, int]]) -> None:
    most, products = watched(Method("least-squares", "score"))
    assert most <= 5
    assert products == 16 * 16


@pytest.mark.parametrize("choice", ["score", "random"])
def test_of_layers_too_large_for_least_squares_only_products_within_groups_are_kept(
    choice: str, watched: Callable[[Method], tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_by_layer, "LARGEST", 15)
    assert watched(Method("least-squares", choice))[1] == 16
    assert error_of(Method("least-squares", choice)) == error_of(Method("mean", choice))


def test_the_token_that_the_head_reads_counts_as_much_as_the_others() -> None:
    first = torch.tensor([True, False, False, False] * 2)
    seen = Sight(torch.zeros(8, 2), torch.zeros(8, 2), None, first)
    weights = row_weights(Site(MLP, "down", has_class_token=True), seen)
    assert weights is not None
    assert weights[first].sum() == weights[~first].sum() == 6
    assert row_weights(Site(MLP, "down"), seen) is None


@pytest.mark.slow
@pytest.mark.parametrize("family", ["timesformer", "videomae"])
@pytest.mark.parametrize("share", [{"mlp": 0.75}, {"mlp": 0.5, "width": 0.125}])
def test_a_trained_model_is_nearer_to_itself_when_it_is_repaired(family: str, share: dict[str, Any]) -> None:
    of, clips = packaged(family), spare(packaged(family), 16)
    tested = torch.cat([pixels for pixels, _ in spare(of, 40).batches(1)])[16:]
    errors: dict[str, float] = {}
    with torch.inference_mode():
        expected = of.module(tested).logits.softmax(1)
    for repair in ("none", "least-squares"):
        small = of.copy()
        shrink_model(small, Shrink(**share, repair=repair), clips)
        with torch.inference_mode():
            errors[repair] = distance(small.module(tested).logits.softmax(1), expected)
    assert errors["least-squares"] < 0.7 * errors["none"]
