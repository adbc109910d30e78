from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.exits.found_threshold import NEVER, find_threshold, with_threshold

SURE = torch.tensor([[0.9, 0.8, 0.7, 0.6]])
RIGHT = torch.tensor([[1, 1, 0, 1], [1, 0, 1, 1]]).bool()


def test_the_threshold_is_the_lowest_that_loses_no_more_than_may_be() -> None:
    # The second clip is gained, the third lost: all may leave.
    found = find_threshold(SURE, RIGHT, 0.0)
    assert (found.left, found.lost) == ((4, 0), 0)
    assert found.threshold < 0.6


def test_it_stops_before_the_first_at_which_too_much_is_lost_though_the_next_would_make_up_for_it() -> None:
    right = torch.tensor([[1, 0, 1, 1], [1, 1, 0, 1]]).bool()
    found = find_threshold(SURE, right, 0.0)
    assert (found.left, found.lost) == ((1, 3), 0)
    assert 0.8 < found.threshold < 0.9
    allowed = find_threshold(SURE, right, 0.25)
    assert allowed.left == (4, 0)


def test_where_the_surest_answer_is_wrong_no_clip_leaves() -> None:
    found = find_threshold(torch.ones(1, 3), torch.tensor([[0, 1, 1], [1, 1, 1]]).bool(), 0.0)
    assert (found.threshold, found.left, found.lost) == (pytest.approx(NEVER), (0, 3), 0)


def test_a_clip_leaves_at_the_first_of_several_that_is_sure() -> None:
    sure = torch.tensor([[0.9, 0.1, 0.1], [0.9, 0.9, 0.1]])
    right = torch.tensor([[1, 0, 0], [0, 1, 0], [1, 1, 1]]).bool()
    found = with_threshold(sure, right, 0.5)
    assert (found.left, found.lost) == ((1, 1, 1), 0)
    assert found.describe(("a", "b", "c")) == (
        "threshold 0.5: of 3 clips 33.3 % leave at a, 33.3 % leave at b, 33.3 % leave at c; 0 lost"
    )


@given(st.data())
def test_what_is_found_is_what_it_does(data: st.DataObject) -> None:
    clips, exits = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 3))
    numbers = torch.Generator().manual_seed(data.draw(st.integers(0, 1 << 30)))
    sure = torch.rand(exits, clips, generator=numbers)
    right = torch.rand(exits + 1, clips, generator=numbers) < 0.7
    drop = data.draw(st.floats(0, 0.5))
    found = find_threshold(sure, right, drop)
    assert found == with_threshold(sure, right, found.threshold)
    assert found.lost <= drop * clips + 1e-9
    assert sum(found.left) == clips
    assert find_threshold(sure, right, drop + 0.2).threshold <= found.threshold
