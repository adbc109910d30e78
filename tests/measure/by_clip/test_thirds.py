from __future__ import annotations

from collections import Counter

from pytest_vidcompress.measure.by_clip.thirds import THIRDS, thirds


def test_the_third_that_moves_least_is_still() -> None:
    assert thirds([0.9, 0.1, 0.5]) == ("fast", "still", "middle")


def test_thirds_are_as_even_as_can_be_though_clips_move_alike() -> None:
    found = thirds([0.0] * 9 + [1.0])
    assert Counter(found) == {"still": 4, "middle": 3, "fast": 3}
    assert found[-1] == "fast"
    assert sorted(found, key=THIRDS.index) == list(found)


def test_what_cannot_be_told_apart_has_no_thirds() -> None:
    assert thirds([0.1, 0.2]) == thirds([0.5] * 10) == thirds([]) == ()
