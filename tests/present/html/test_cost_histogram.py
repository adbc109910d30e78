from __future__ import annotations

import pytest

from pytest_vidcompress.present.html.cost_histogram import EDGE, HEIGHT, WIDTH, cost_histogram
from tests.gate.reports import changed, report
from tests.measure.by_clip.costs import shown, uneven


def test_every_clip_is_in_a_block_and_the_tallest_bin_is_as_high_as_the_picture() -> None:
    drawn = cost_histogram(uneven([300_000_000] * 4 + [900_000_000] * 2 + [1_500_000_000] * 3))
    assert drawn is not None
    assert sum(int(block.title.split()[0]) for block in drawn.blocks) == 9
    # The three that hardly move and one of the middle cost 300,000,000 and lie on each other.
    low = [block for block in drawn.blocks if block.x == drawn.blocks[0].x]
    assert [(block.third, block.title.split()[0]) for block in low] == [("still", "3"), ("middle", "1")]
    assert low[0].y + low[0].height == HEIGHT - EDGE
    assert low[1].y == EDGE
    assert low[1].y + low[1].height == pytest.approx(low[0].y, abs=0.2)
    assert drawn.most == "4 of 9"
    assert (drawn.end, dict(drawn.marks)["reference"]) == ("1500 MMACs", WIDTH - EDGE)
    assert all(block.x >= EDGE and block.x + block.width <= WIDTH - EDGE for block in drawn.blocks)


def test_marks_lie_where_their_numbers_do() -> None:
    drawn = cost_histogram(uneven([750_000_000] * 2 + [1_500_000_000] * 2))
    assert drawn is not None
    marks = dict(drawn.marks)
    assert marks["p50"] == (EDGE + WIDTH - EDGE) / 2
    assert marks["p95"] == WIDTH - EDGE
    assert marks["p50"] < marks["mean"] < marks["p95"]


def test_what_costs_more_than_the_uncompressed_model_fits() -> None:
    drawn = cost_histogram(uneven([1_000_000_000, 3_000_000_000]))
    assert drawn is not None
    assert dict(drawn.marks)["reference"] == WIDTH / 2
    assert [block.third for block in drawn.blocks] == ["", ""]


def test_clips_that_move_alike_are_not_told_apart() -> None:
    alike = changed(uneven([1, 2, 3, 4]), shown=shown(4, motions=(1.0,) * 4), reference=None)
    drawn = cost_histogram(alike)
    assert drawn is not None
    assert {block.third for block in drawn.blocks} == {""}
    assert [name for name, _ in drawn.marks] == ["mean", "p50", "p90", "p95"]


def test_a_fixed_cost_is_not_drawn() -> None:
    assert cost_histogram(report()) is None
