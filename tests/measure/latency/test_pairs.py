from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.latency.pair_times import FEWEST_QUIET, STEP, PairTimes
from pytest_vidcompress.measure.latency.pairs import PILOT, SHORT, Between, Call, time_on, time_pairs
from pytest_vidcompress.measure.latency.quiet import quiet

times = st.floats(1e-6, 10)


def work(seconds: float) -> Callable[[], None]:
    """Keeps busy for some of this thread's own time: too short for others to interrupt most calls."""

    def call() -> None:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass

    return call


class Recorded:
    """Two callables that note the order of their calls."""

    def __init__(self) -> None:
        self.calls = ""

    def variant(self) -> None:
        self.calls += "V"

    def reference(self) -> None:
        self.calls += "R"


def once(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
    """As pytest-benchmark when it is disabled."""
    setup()
    target()
    teardown()


def bare(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
    target()


def never(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
    pass


def one_more(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
    """As pytest-benchmark when it profiles after the rounds."""
    for _ in range(rounds):
        once(target, setup=setup, teardown=teardown, rounds=1)
    target()


def test_turns_alternate_and_swap() -> None:
    recorded = Recorded()
    timing = time_pairs(recorded.variant, recorded.reference, budget_s=0)
    warm_up, turns = recorded.calls[:4], recorded.calls[4:]
    assert warm_up == "VRVR"
    assert turns == "RVVR" * 6
    assert len(timing.variant_s) == len(timing.reference_s) == 12


def test_a_device_has_done_a_clip_before_and_a_call_when_the_clock_is_read() -> None:
    recorded = Recorded()

    def note(what: str) -> str:
        recorded.calls += what
        return what

    between = Between(turn=lambda: note("c"), synchronize=lambda: note("w"))
    time_pairs(recorded.variant, recorded.reference, budget_s=0, between=between)
    assert recorded.calls[:12] == "wVwwRw" * 2
    assert recorded.calls[12:] == ("cwRwwVw" + "cwVwwRw") * 6


def test_after_a_rest_short_calls_are_woken_by_one_that_does_not_count() -> None:
    recorded = Recorded()
    timing = time_pairs(recorded.variant, recorded.reference, budget_s=0, between=Between(rest_s=1e-6))
    assert recorded.calls[4:] == "RRVVVVRR" * 6
    assert len(timing.variant_s) == 12
    on = time_on(
        recorded.variant,
        recorded.reference,
        timing,
        lambda seen: len(seen.variant_s) > 12,
        1.0,
        Between(1e-6),
    )
    assert recorded.calls[52:] == "RRVVVVRR" * 6
    assert len(on.variant_s) == 24


def test_long_calls_are_not_woken() -> None:
    calls: list[str] = []
    slow = lambda: (calls.append("V"), time.sleep(0.1))  # noqa: E731
    time_pairs(slow, nothing, budget_s=0, between=Between(rest_s=1e-6))
    assert len(calls) == 2 + 12


@pytest.mark.parametrize("driver", [None, once, bare, never])
def test_pairs_are_even_and_enough_whatever_drives(driver: Callable[..., object] | None) -> None:
    recorded = Recorded()
    timing = time_pairs(recorded.variant, recorded.reference, driver, budget_s=0)
    assert len(timing.variant_s) == len(timing.reference_s) == 12
    turns = recorded.calls[4:]
    assert turns.count("V") == turns.count("R") == 12


def test_a_driver_that_calls_once_more_leaves_whole_pairs() -> None:
    recorded = Recorded()
    timing = time_pairs(recorded.variant, recorded.reference, one_more, budget_s=0)
    assert len(timing.variant_s) == len(timing.reference_s) >= 12


def test_the_driver_is_told_an_even_number_within_bounds() -> None:
    told: list[int] = []

    def driver(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
        told.append(rounds)

    pairs = [
        len(time_pairs(*calls, driver, budget_s=budget_s).variant_s)
        for calls, budget_s in (
            ((nothing, nothing), 1),
            ((nothing, nothing), 0),
            ((work(0.002), nothing), 0.06),
        )
    ]
    assert pairs[:2] == [60, 12]
    assert told[:2] == [60 - PILOT, SHORT]
    assert 12 <= pairs[2] <= 30
    assert all(rounds % 2 == 0 for rounds in told)


def test_calls_that_neighbours_make_longer_than_the_first_ones_are_fewer() -> None:
    calls = 0

    def disturbed() -> None:
        nonlocal calls
        calls += 1
        # The two that say how long a pair takes are quick, and no other is.
        time.sleep(0 if calls <= 2 else 0.004)

    timing = time_pairs(disturbed, nothing, budget_s=0.04)
    # Three times the budget holds thirty of them at most, where the first two promised sixty.
    assert PILOT + SHORT <= len(timing.variant_s) <= 30


def test_twice_the_work_shows() -> None:
    timing = time_pairs(work(0.001), work(0.0005), budget_s=0.1)
    assert timing.ratio > 1.3
    assert timing.ratio.low <= timing.ratio <= timing.ratio.high


def test_the_same_work_is_about_one() -> None:
    timing = time_pairs(work(0.0005), work(0.0005), budget_s=0.1)
    assert 0.75 < timing.ratio < 1.33
    assert timing.ratio.low < 1.05
    assert timing.ratio.high > 0.95


@given(st.lists(st.tuples(times, times), min_size=1, max_size=40))
def test_the_ratio_is_the_median_of_the_pairs(pairs: list[tuple[float, float]]) -> None:
    variant, reference = (tuple(side) for side in zip(*pairs, strict=True))
    timing = PairTimes(variant, reference)
    swapped = PairTimes(reference, variant)
    kept = quiet(variant, reference)
    kept = kept if len(kept) >= FEWEST_QUIET else range(len(pairs))
    assert timing.log_ratios == pytest.approx([math.log(variant[i] / reference[i]) for i in kept])
    assert timing.ratio * swapped.ratio == pytest.approx(1)
    assert timing.ratio.low <= timing.ratio <= timing.ratio.high
    assert min(variant) <= timing.latency <= max(variant)
    assert min(reference) <= timing.reference_latency <= max(reference)
    doubled = PairTimes(tuple(2 * v for v in variant), reference)
    assert doubled.ratio == pytest.approx(2 * timing.ratio)


def test_pairs_that_lost_their_core_are_left_out_where_enough_did_not() -> None:
    calm, disturbed = ((1.0, 1.0),) * FEWEST_QUIET, ((30.0, 1.0), (1.0, 20.0), (2.0, 2.0))
    variant, reference = (tuple(side) for side in zip(*disturbed, *calm, strict=True))
    assert PairTimes(variant, reference).log_ratios == (0.0,) * FEWEST_QUIET
    assert len(PairTimes(variant[:-1], reference[:-1]).log_ratios) == FEWEST_QUIET + 2


def nothing() -> None:
    pass


def test_what_is_clearly_fine_is_timed_only_a_little_longer() -> None:
    told: list[int] = []
    asked: list[int] = []

    def driver(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
        told.append(rounds)
        for _ in range(rounds):
            once(target, setup=setup, teardown=teardown, rounds=1)

    def fine(log_ratios: Sequence[float]) -> bool:
        asked.append(len(log_ratios))
        return True

    timing = time_pairs(nothing, nothing, driver, fine)
    assert len(asked) == 1
    assert asked[0] <= PILOT
    assert told == [SHORT]
    assert len(timing.variant_s) == len(timing.reference_s) == PILOT + SHORT


def test_what_is_not_clearly_fine_is_timed_as_long_as_ever() -> None:
    told: list[int] = []

    def driver(target: Call, *, setup: Call, teardown: Call, rounds: int) -> None:
        told.append(rounds)

    timing = time_pairs(nothing, nothing, driver, lambda log_ratios: False)
    assert told == [60 - PILOT]
    assert len(timing.variant_s) == 60


@pytest.mark.parametrize("fine", [True, False])
def test_few_rounds_are_shared_by_pilot_and_driver(fine: bool) -> None:
    """Every round counts for slow models: the pilot takes none that the driver needs."""
    recorded = Recorded()
    timing = time_pairs(recorded.variant, recorded.reference, None, lambda log_ratios: fine, budget_s=0)
    assert recorded.calls[4:] == "RVVR" * 6
    assert len(timing.variant_s) == 12


@pytest.mark.parametrize("driver", [once, bare, never])
def test_pairs_are_whole_after_a_pilot_whatever_drives(driver: Callable[..., object]) -> None:
    recorded = Recorded()
    timing = time_pairs(recorded.variant, recorded.reference, driver, lambda log_ratios: True)
    assert len(timing.variant_s) == len(timing.reference_s) == PILOT + SHORT
    assert recorded.calls.count("V") == recorded.calls.count("R")


def test_few_pairs_have_no_bounds() -> None:
    assert PairTimes((1.0,) * 5, (1.0,) * 5).ratio.interval == (0, math.inf)
    assert PairTimes((1.0,) * 6, (1.0,) * 6).ratio.interval == (1, 1)


def test_a_failure_gives_the_machine_back() -> None:
    def failing() -> None:
        raise RuntimeError("no")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="no"):
            time_pairs(failing, failing)


def test_the_control_is_the_reference_against_itself_in_neighbouring_pairs() -> None:
    reference = (1.0, 1.1, 1.1, 1.0, 1.0, 1.0, 1.2, 1.2)
    found = PairTimes((1.0,) * 8, reference).controls
    # What the first of two calls takes longer cancels: the sign alternates.
    assert found == pytest.approx((math.log(1 / 1.1), -math.log(1.1), 0.0, 0.0))
    assert PairTimes((), ()).controls == PairTimes((1.0,), (1.0,)).controls == ()


def test_a_disturbed_pair_is_in_no_control_and_lowers_the_share_of_quiet_ones() -> None:
    timed = PairTimes((1.0,) * 10 + (9.0, 1.0), (1.0,) * 12)
    assert len(timed.controls) == 5
    assert timed.quiet_share == pytest.approx(11 / 12)
    assert PairTimes((1.0,) * 12, (1.0,) * 12).quiet_share == 1
    assert PairTimes((), ()).quiet_share == 0


class Shown:
    """Clips that come one after the other, and what each call saw."""

    def __init__(self) -> None:
        self.turns = 0
        self.seen: list[tuple[str, int]] = []

    def turn(self) -> str:
        self.turns += 1
        return str(self.turns)

    def variant(self) -> None:
        self.seen.append(("V", self.turns))

    def reference(self) -> None:
        self.seen.append(("R", self.turns))


@pytest.mark.parametrize("driver", [None, once, bare, never, one_more])
def test_both_arms_of_a_pair_get_one_clip_and_every_pair_the_next(
    driver: Callable[..., object] | None,
) -> None:
    shown = Shown()
    timing = time_pairs(
        shown.variant, shown.reference, driver, lambda ratios: True, between=Between(turn=shown.turn)
    )
    assert timing.clip_ids == tuple(str(pair + 1) for pair in range(len(timing.variant_s)))
    calls = [call for call in shown.seen if call[1] > 0]
    for pair in range(1, len(timing.variant_s) + 1):
        assert sorted(call for call in calls if call[1] == pair) == [("R", pair), ("V", pair)]


def test_more_pairs_go_on_until_they_are_enough_or_the_time_is_out() -> None:
    shown = Shown()
    first = time_pairs(shown.variant, shown.reference, budget_s=0, between=Between(turn=shown.turn))
    asked: list[int] = []

    def enough(seen: PairTimes) -> bool:
        asked.append(len(seen.variant_s))
        return len(seen.variant_s) >= 40

    longer = time_on(shown.variant, shown.reference, first, enough, 60.0, Between(turn=shown.turn))
    assert asked == [12, 24, 36, 48]
    assert longer.until(12) == first
    assert len(longer.reference_s) == len(longer.clip_ids) == 12 + 3 * STEP
    assert time_on(nothing, nothing, first, lambda seen: False, 0.0) is first
