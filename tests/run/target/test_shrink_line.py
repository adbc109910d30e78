"""Shares of `shrink` along one line, of each axis by what it costs to do without."""

from __future__ import annotations

import pytest

from pytest_vidcompress.run.target.shrink_line import MOST_SHARE, Line, Shares, lines
from tests.run.target.sensitivities import sensitivity


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        (Shares(), ""),
        (Shares(mlp=0.5), "shrink:mlp=0.5"),
        (Shares(mlp=0.25, heads=0.1), "shrink:mlp=0.25,heads=0.1"),
        (Shares(mlp=1 / 3, blocks=2), "shrink:mlp=0.3333,blocks=2"),
        (Shares(heads=0.00001, blocks=1), "shrink:blocks=1"),
    ],
)
def test_they_are_a_recipe_that_can_be_typed(shares: Shares, text: str) -> None:
    assert shares.recipe() == text
    assert shares.recipe("repair=none") == (f"{text},repair=none" if text else "")


def test_a_line_goes_from_nothing_to_most() -> None:
    line = Line(1.0, 0.5, 1000, 20, 2)
    assert line.at(0) == Shares(blocks=2)
    assert line.at(1) == Shares(0.904, MOST_SHARE / 2, 2), "96 of 1000 neurons, a multiple of 8, stay"


def test_what_would_remove_nothing_is_left_out_and_whole_heads_go() -> None:
    line = Line(1.0, 0.5, 512, 4)
    assert line.at(0.005).recipe() == ""
    assert line.at(0.2).recipe() == "shrink:mlp=0.1875"
    assert line.at(0.5).recipe() == "shrink:mlp=0.4531,heads=0.25"


def test_neurons_alone_go_on_from_where_heads_are_steps() -> None:
    fixed = Line(0.25, 1.0, 512, 4, 1).with_heads_at(0.5)
    assert fixed.at(0) == Shares(0, 0.5, 1)
    assert fixed.at(1).heads == 0.5
    assert fixed.at(1).mlp > 0.85


def test_there_is_one_for_each_number_of_blocks_and_one_block_stays() -> None:
    assert [line.blocks for line in lines(sensitivity())] == [0, 1, 2]
    assert [line.blocks for line in lines(sensitivity(blocks=(1, 1)))] == [0]


def test_what_costs_more_for_its_work_goes_more_slowly() -> None:
    # The same divergence for half the work: heads are twice as dear.
    dear_heads = lines(sensitivity(mlp=0.1, heads=0.1))[0]
    assert (dear_heads.mlp, dear_heads.heads) == (1.0, pytest.approx(0.5))
    dear_neurons = lines(sensitivity(mlp=0.8, heads=0.1))[0]
    assert dear_neurons.heads == 1.0
    assert dear_neurons.mlp == pytest.approx(0.25)


def test_a_part_that_costs_nothing_leaves_the_other_some_share() -> None:
    line = lines(sensitivity(mlp=0.0, heads=5.0))[0]
    assert (line.mlp, line.heads) == (1.0, 0.25)


def test_a_longer_way_costs_more_and_so_do_blocks_that_matter() -> None:
    cheap, dear = sensitivity(blocks=(1, 0.5, 0.1, 0.2)), sensitivity(blocks=(1, 5, 5, 5))
    line = Line(1.0, 1.0, 512, 4)
    assert line.cost(0.8, cheap) > line.cost(0.4, cheap) > line.cost(0, cheap) == 0
    assert Line(1.0, 1.0, 512, 4, 2).cost(0, cheap) == pytest.approx(0.3), "the two cheapest in a row"
    assert Line(1.0, 1.0, 512, 4, 2).cost(0, dear) == pytest.approx(10)
