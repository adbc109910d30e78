from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.gate.pairing import Paired, Pairing

clips = st.lists(st.tuples(st.none() | st.booleans(), st.booleans(), st.booleans()))


@given(clips)
def test_clip_by_clip_or_at_once_the_counts_are_those_of_the_clips_known_then(
    each: list[tuple[bool | None, bool, bool]],
) -> None:
    then, now, reference = ([clip[place] for clip in each] for place in range(3))
    at_once = Pairing(then, reference, 0.99).add_all(now)
    in_turn = Pairing(then, reference, 0.99)
    for outcome in now:
        in_turn.add(outcome)
    both = [(was, is_) for was, is_ in zip(then, now, strict=True) if was is not None]
    assert (at_once.counts, at_once.floor) == (in_turn.counts, in_turn.floor)
    assert at_once.counts == Paired(
        len(both), sum(was for was, _ in both), both.count((True, False)), both.count((False, True))
    )
    assert at_once.counts.now == sum(is_ for _, is_ in both)
    assert at_once.empty == (not both)


def test_the_floor_is_a_share_of_what_the_reference_has_right_among_the_clips_that_count() -> None:
    then, reference = [True] * 9 + [None], [True] * 8 + [False, True]
    assert Pairing(then, reference, 0.5).add_all([True] * 10).floor == 4
    assert Pairing(then, reference, 0.5).add_all([False] * 2).floor == 1
    # Who was stored below it was accepted there.
    assert Pairing([False] * 9 + [None], reference, 0.5).add_all([True] * 10).floor == 0
    assert Pairing(then).add_all([True] * 10).floor == 0
