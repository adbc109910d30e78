"""Ways of `shrink`: heads, blocks and channels that go, and as many neurons as meet the rest of the budget."""

from __future__ import annotations

import pytest

from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.shrink.possible_shares import refuse_shares, width_left
from pytest_vidcompress.compress.shrink.shares import Shrink
from pytest_vidcompress.compress.shrink.site import MLP, Site
from pytest_vidcompress.run.target.shrink_way import Estimator, Shares, ShrinkWay, Steps
from tests.run.target.sensitivities import sensitivity


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        (Shares(), ""),
        (Shares(mlp=0.5), "shrink:mlp=0.5"),
        (Shares(mlp=0.25, heads=0.1), "shrink:mlp=0.25,heads=0.1"),
        (Shares(mlp=1 / 3, blocks=2), "shrink:mlp=0.3333,blocks=2"),
        (Shares(heads=0.00001, blocks=1), "shrink:blocks=1"),
        (Shares(mlp=0.5, width=0.125), "shrink:mlp=0.5,width=0.125"),
    ],
)
def test_they_are_a_recipe_that_can_be_typed(shares: Shares, text: str) -> None:
    assert shares.recipe() == text
    assert shares.recipe("repair=none") == (f"{text},repair=none" if text else "")


def test_a_way_goes_from_its_steps_to_most_neurons() -> None:
    way = ShrinkWay(Steps(heads=0.25, blocks=2), 1000)
    assert way.at(0) == Shares(heads=0.25, blocks=2)
    assert way.at(1) == Shares(0.904, 0.25, 2), "96 of 1000 neurons, a multiple of 8, stay"


def shrink_of(recipe: str) -> Shrink:
    (step,) = parse(recipe, TECHNIQUES).steps
    assert isinstance(step.parameters, Shrink)
    return step.parameters


@pytest.mark.parametrize("neurons", [48, 100, 512, 1000, 3072])
def test_as_many_as_may_go_may_go_from_where_they_cost_least_too(neurons: int) -> None:
    (other,) = ShrinkWay(Steps(), neurons).others(1)
    asked = shrink_of(other)
    refuse_shares([Site(MLP, "down", neurons)], {MLP: asked.mlp}, asked.allocate)


def test_nothing_goes_at_no_strength_of_neurons_in_no_multiple_of_eight() -> None:
    assert ShrinkWay(Steps(), 300).at(0) == Shares()


@pytest.mark.parametrize(("width", "heads"), [(112, 4), (1408, 16), (2000, 8), (1664, 12)])
def test_a_share_of_channels_is_typed_so_that_a_whole_number_is_left(width: int, heads: int) -> None:
    for left in range(heads, width, heads):
        asked = shrink_of(Shares(width=1 - left / width).recipe())
        assert width_left(asked.width, width, heads) == left


def test_what_would_remove_nothing_is_left_out() -> None:
    way = ShrinkWay(Steps(), 512)
    assert way.recipe(0.005) == way.draft(0.005) == ""
    assert way.others(0.005) == ()
    assert way.recipe(0.2) == "shrink:mlp=0.1875"
    assert way.draft(0.2) == "shrink:mlp=0.1875,repair=none,choice=random"
    assert way.others(0.2) == ("shrink:mlp=0.1875,allocate=global",)


def estimator(**costs: float | tuple[float, ...]) -> Estimator:
    """Of four blocks, each 0.24 of the work: neurons 0.16, heads 0.08."""
    return Estimator(sensitivity(**costs), 128, "macs_share")  # type: ignore[arg-type]


def estimated(way: ShrinkWay) -> float:
    """Of the work, what is left where a way is likely to lead, by the shares above."""
    shares = way.at(way.likely)
    blocks = (0.96 - 0.64 * shares.mlp - 0.32 * shares.heads) * (1 - shares.blocks / 4)
    return (0.04 + blocks) * (1 - shares.width)


@pytest.mark.parametrize("goal", [0.45, 0.6, 0.9])
def test_each_is_likely_to_lead_where_the_budget_is(goal: float) -> None:
    ways = estimator().ways(goal)
    assert len(ways) > 1
    assert [estimated(way) for way in ways] == pytest.approx([goal] * len(ways), rel=0.05)


def test_there_is_one_for_each_set_of_axes_the_cheapest_first() -> None:
    ways = estimator(mlp=0.01, heads=0.1, blocks=(1, 5, 5, 5)).ways(0.6)
    axes = [way.steps.axes for way in ways]
    assert len({*axes}) == len(axes) == 8
    assert not any(axes[0][:2]), "heads and blocks are dear"
    assert ways[-1].steps.blocks


def test_neurons_alone_that_suffice_come_first_where_they_cost_nothing() -> None:
    ways = estimator(mlp=1e-6, heads=5.0, blocks=(1, 5, 5, 5)).ways(0.7)
    assert ways[0].steps == Steps()


def test_blocks_that_do_not_matter_go() -> None:
    ways = estimator(mlp=5.0, heads=5.0, blocks=(1, 0.5, 1e-6, 1e-6)).ways(0.5)
    assert ways[0].steps.blocks == 2


def test_what_is_left_of_the_channels_can_be_shared_by_the_heads() -> None:
    of = Estimator(sensitivity(), 100, "macs_share")
    left = {round(100 * (1 - way.steps.width)) for way in of.ways(0.5)}
    assert len(left) > 1
    assert not [each for each in left if each % 4]


def test_one_block_stays_and_half_of_the_heads() -> None:
    ways = [way for goal in (0.2, 0.4, 0.6, 0.8) for way in estimator().ways(goal)]
    assert max(way.steps.blocks for way in ways) <= 2
    assert max(way.steps.heads for way in ways) <= 0.5
    assert [way.steps for way in estimator(blocks=(1.0,)).ways(0.9) if way.steps.blocks] == []


def test_where_none_can_the_nearest_are_given() -> None:
    ways = estimator().ways(0.01)
    assert ways
    assert all(way.likely == 1 for way in ways)
    assert Steps(0.5, 2, 0.5) in [way.steps for way in ways]
