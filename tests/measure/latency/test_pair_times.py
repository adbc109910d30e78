from __future__ import annotations

import pytest

from pytest_vidcompress.measure.latency.pair_times import STEP, PairTimes, together

CALM = (1.0,) * 24


def slow(*places: int, by: float = 9.0, calls: int = 24) -> tuple[float, ...]:
    return tuple(by if call in places else 1.0 for call in range(calls))


def test_a_call_lies_between_those_of_the_other_arm_that_were_next_to_it_in_time() -> None:
    """R V | V R | R V | V R: a pair of variants between two references, and the other way round."""
    times = PairTimes(CALM[:6], CALM[:6])
    assert [[*times.beside_variant(pair)] for pair in range(6)] == [
        [0, 1],
        [0, 1],
        [2, 3],
        [2, 3],
        [4, 5],
        [4, 5],
    ]
    assert [[*times.beside_reference(pair)] for pair in range(6)] == [
        [0],
        [1, 2],
        [1, 2],
        [3, 4],
        [3, 4],
        [5],
    ]


def test_a_disturbed_call_casts_doubt_on_those_around_it_and_not_on_itself() -> None:
    times = PairTimes(CALM, slow(5))
    assert [pair for pair, calm in enumerate(times.around_variant) if not calm] == [4, 5]
    assert all(times.around_reference)
    other = PairTimes(slow(5), CALM)
    assert all(other.around_variant)
    assert [pair for pair, calm in enumerate(other.around_reference) if not calm] == [5, 6]


def test_what_is_slow_for_long_is_not_calm_though_all_of_it_is_alike() -> None:
    times = PairTimes(CALM, slow(*range(12, 24)))
    assert times.around_variant == [True] * 12 + [False] * 12


def test_a_machine_that_gets_slower_little_by_little_stays_calm() -> None:
    drifting = tuple(1.0 + 0.01 * pair for pair in range(24))
    assert all(PairTimes(drifting, drifting).around_variant)


@pytest.mark.parametrize(
    ("pairs", "sizes"), [(6, [6]), (12, [12]), (24, [12, 12]), (30, [12, 18]), (60, [12] * 5)]
)
def test_blocks_hold_every_pair_once(pairs: int, sizes: list[int]) -> None:
    blocks = together(pairs)
    assert [len(block) for block in blocks] == sizes
    assert [pair for block in blocks for pair in block] == [*range(pairs)]


def test_slow_clips_are_no_neighbours_where_the_work_depends_on_the_clip() -> None:
    """Every third clip takes three times as long: by their own speed two thirds of the pairs would be left."""
    by_clip = slow(*range(0, 24, 3), by=3.0)
    assert PairTimes(by_clip, CALM).quiet_share == pytest.approx(2 / 3)
    times = PairTimes(by_clip, CALM, by_clip=True)
    assert times.quiet_share == 1
    assert len(times.log_ratios) == 24
    assert PairTimes(by_clip, slow(0), by_clip=True).quiet_share == pytest.approx(22 / 24)


def test_pairs_are_taken_apart_and_put_together_again() -> None:
    clips = tuple(f"clip{pair % STEP}" for pair in range(24))
    times = PairTimes(slow(3), slow(20), clips, True)
    first = times.until(12)
    assert (len(first.variant_s), first.clip_ids, first.by_clip) == (12, clips[:12], True)
    assert first + PairTimes(times.variant_s[12:], times.reference_s[12:], clips[12:]) == times
