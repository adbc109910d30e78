from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.compress.frames.frame_numbers import CHOICES, frame_numbers
from pytest_vidcompress.errors import VidcompressError


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, int, int]:
    """Frames in all, those that stay, and frames of a tubelet."""
    together, groups = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    return groups * together, draw(st.integers(1, groups)) * together, together


@given(plans(), st.sampled_from([*CHOICES]), st.integers(0, 5))
def test_as_many_as_are_asked_for_in_their_order_and_tubelets_whole(
    plan: tuple[int, int, int], choice: str, seed: int
) -> None:
    total, keep, together = plan
    chosen = frame_numbers(total, keep, choice, seed, together)
    assert len(chosen) == keep
    assert [*chosen] == sorted({*chosen})
    assert 0 <= chosen[0] <= chosen[-1] < total
    beside = {a // together == b // together for a, b in pairwise(chosen) if b % together}
    assert beside <= {True}


@pytest.mark.parametrize(
    ("choice", "frames"),
    [
        ("uniform", (0, 2, 4, 6, 8, 10)),
        ("first", (0, 1, 2, 3, 4, 5)),
        ("middle", (3, 4, 5, 6, 7, 8)),
        ("last", (6, 7, 8, 9, 10, 11)),
        ("first-middle-last", (0, 1, 5, 6, 10, 11)),
    ],
)
def test_the_rows_of_the_papers_table_by_hand(choice: str, frames: tuple[int, ...]) -> None:
    assert frame_numbers(12, 6, choice) == frames


def test_a_random_choice_is_its_seeds() -> None:
    first, again, other = (frame_numbers(300, 30, "random", seed) for seed in (0, 0, 1))
    assert first == again != other


def test_nothing_said_is_half_in_whole_tubelets() -> None:
    assert frame_numbers(8, 0) == (0, 2, 4, 6)
    assert frame_numbers(16, 0, together=2) == (0, 1, 4, 5, 8, 9, 12, 13)
    assert frame_numbers(2, 0, together=2) == (0, 1)


@pytest.mark.parametrize(
    ("keep", "together", "words"),
    [
        (9, 1, "keep=9 of 8 frames: expected at most 8"),
        (5, 2, "keep=5 is no whole number of the model's tubelets, which are of 2 frames: expected 4 or 6"),
        (1, 2, "keep=1 is no whole number of the model's tubelets, which are of 2 frames: expected 2"),
    ],
)
def test_what_cannot_be_is_refused(keep: int, together: int, words: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        frame_numbers(8, keep, together=together)
    assert str(caught.value) == words
