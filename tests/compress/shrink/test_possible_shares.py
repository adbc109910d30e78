from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.shrink.allocation import kept_of
from pytest_vidcompress.compress.shrink.possible_shares import blocks_gone, refuse_shares, width_left
from pytest_vidcompress.compress.shrink.shares import GLOBAL, UNIFORM
from pytest_vidcompress.compress.shrink.site import HEADS, MLP, Site
from pytest_vidcompress.errors import VidcompressError


def refusal(call: Callable[[], object]) -> str:
    """What it is refused with; empty: it is not."""
    try:
        call()
    except VidcompressError as error:
        return str(error)
    return ""


def of_neurons(share: float, *totals: int, allocation: str = UNIFORM) -> str:
    """The refusal of a share of the neurons of layers."""
    sites = [Site(MLP, "down", total) for total in totals]
    return refusal(lambda: refuse_shares(sites, {MLP: share, HEADS: 0}, allocation))


def advised(said: str) -> float:
    """The share that a refusal says can go."""
    found = re.search(r"expected at (?:least|most) (?:mlp=)?([0-9.e-]+)", said)
    assert found, said
    return float(found[1])


@given(st.integers(2, 5000), st.sampled_from([1e-6, 0.000326, 0.9999, 1 - 1e-6]))
def test_a_refused_share_comes_with_one_that_is_not_refused(total: int, share: float) -> None:
    if said := of_neurons(share, total):
        assert of_neurons(advised(said), total) == ""
        assert kept_of(total, advised(said)) < total


def test_the_least_that_can_go_of_many_is_a_multiple_of_eight() -> None:
    assert of_neurons(0.000326, 3072) == (
        "mlp=0.000326 removes none of 3072 neurons or channels: expected at least 0.002604"
    )


def test_what_one_block_cannot_lose_others_may() -> None:
    assert of_neurons(0.05, 5)
    assert of_neurons(0.05, 5, 43) == of_neurons(0.05, 43, 5) == ""


def test_of_a_single_one_nothing_can_go() -> None:
    for share in (0.1, 0.9):
        assert (
            of_neurons(share, 1) == f"mlp={share} cannot remove any of 1 neurons or channels: leave mlp out"
        )
    assert of_neurons(0.5) == "mlp=0.5 cannot remove any of 0 neurons or channels: leave mlp out"


@pytest.mark.parametrize(("share", "total"), [(0.95, 48), (0.99, 48), (0.91, 3072)])
def test_where_it_costs_least_no_more_than_most_goes(share: float, total: int) -> None:
    said = of_neurons(share, total, allocation=GLOBAL)
    assert said == (
        f"mlp={share} with allocate=global is more than can go, because 10% of the neurons or channels of every layer"
        " stay: expected at most mlp=0.9"
    )
    assert of_neurons(advised(said), total, allocation=GLOBAL) == ""


def test_what_rounds_to_most_may_go_where_it_costs_least() -> None:
    """Of 512 neurons 48 are left either way."""
    assert kept_of(512, 0.9062) == kept_of(512, 0.9) == 48
    assert of_neurons(0.9062, 512, allocation=GLOBAL) == ""


@pytest.mark.parametrize(
    ("before", "heads"), [(1408, 16), (112, 4), (100, 4), (768, 12), (1280, 16), (24, 2)]
)
@pytest.mark.parametrize("share", [0.001, 0.1, 0.29, 0.3, 0.7, 0.999])
def test_a_refused_width_comes_with_one_that_is_not_refused(before: int, heads: int, share: float) -> None:
    said = refusal(lambda: width_left(share, before, heads))
    found = re.search(r"such as width=([0-9.e-]+) \((\d+) channels\)", said)
    assert bool(found) == bool(said)
    left = width_left(float(found[1]) if found else share, before, heads)
    assert 0 < left < before
    assert left % heads == 0
    assert found is None or left == int(found[2])


def test_what_is_nearly_a_whole_number_of_channels_is_one() -> None:
    assert width_left(0.295455, 1408, 16) == 992
    assert width_left(0.1429, 112, 4) == 96
    with pytest.raises(VidcompressError, match=r"width=0\.2955 leaves 991\.936 of 1408 channels"):
        width_left(0.2955, 1408, 16)


def test_blocks_go_by_number_or_by_share() -> None:
    assert [blocks_gone(asked, 12) for asked in (0, 2, 0.25)] == [0, 2, 3]
