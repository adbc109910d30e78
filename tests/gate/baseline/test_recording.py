from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_vidcompress.gate.baseline.leftovers import leftovers
from pytest_vidcompress.gate.baseline.recording import (
    FEWEST_CALLS,
    enough_to_record,
    hopeless,
    recording_fault,
    tail_fault,
)
from pytest_vidcompress.gate.baseline.stored import Stored, StoredTiming
from pytest_vidcompress.gate.baseline.update import update
from pytest_vidcompress.gate.baseline.update_timings import update_timings
from pytest_vidcompress.measure.report import Timing
from tests.gate.reports import confirmation, pair_times, report


def timing(log_ratio: float = 0.0, **how: Any) -> Timing:
    """Of a run of twelve blocks in fresh processes."""
    made = report(
        confirmed=confirmation(log_ratio, **{"noise": 0.01, "turns": 24, "turns_per_block": 2, **how})
    ).timing
    assert made is not None
    return made


def fault(seen: Timing, *runs: float) -> str:
    return recording_fault(seen, StoredTiming(runs=runs) if runs else None, 0.05)


@pytest.mark.parametrize("seed", range(5))
def test_a_run_of_a_quiet_machine_is_recorded(seed: int) -> None:
    assert fault(timing(seed=seed)) == ""
    assert fault(timing(0.02, seed=seed), 1.0, 0.99) == ""


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"disturbed": 16}, "33% of the fresh processes were quiet"),
        ({"bias": 0.05}, "the reference differs from itself by"),
        ({"noise": 0.15}, "% only"),
    ],
)
def test_a_run_of_a_disturbed_machine_says_how_it_was_disturbed(how: dict[str, Any], says: str) -> None:
    said = fault(timing(**how))
    assert said.startswith("the machine was disturbed: ")
    assert says in said


def test_a_run_far_from_the_recorded_ones_is_left_and_says_what_takes_it() -> None:
    assert fault(timing(math.log(1.05)), 1.03) == ""
    slower = fault(timing(math.log(1.12)), 1.03)
    assert "slower than the 1 recorded" in slower
    assert slower.endswith("take it with --vc-baseline=accept")
    assert fault(timing(math.log(0.9)), 1.0, 1.01).endswith("take it with --vc-baseline=tighten")


def test_what_is_known_by_the_test_s_own_process_is_held_to_the_same() -> None:
    ratios = tuple(0.01 * (-1) ** i for i in range(40))
    own = report(log_ratios=ratios, controls=ratios[:20]).timing
    restless = report(log_ratios=ratios, controls=ratios[:20], quiet_share=0.3).timing
    assert own is not None
    assert restless is not None
    assert fault(own) == ""
    assert "30% of the pairs were quiet" in fault(restless)


def test_create_stores_the_rest_of_a_disturbed_run_and_says_that_its_time_is_missing() -> None:
    now = report(confirmed=confirmation(noise=0.15, turns=24, turns_per_block=2))
    content, changes = update_timings("create", {}, [now])
    assert (content[now.name].runs, content[now.name].spreads) == ((), ())
    assert content[now.name].numbers == {"peak_memory_bytes": 10_000_000}
    assert [change.metric for change in changes] == ["entry"]
    (left,) = leftovers("create", {}, {}, [now])
    assert str(left).startswith("int8-dynamic: latency_ratio not recorded: the machine was disturbed: ")
    assert str(left).endswith("run it again with --vc-baseline=create")


def test_disturbed_runs_do_not_blind_the_gate() -> None:
    """Of five runs on a disturbed machine none is stored: +10 % would have stayed unseen."""
    content: dict[str, StoredTiming] = {}
    for ratio, seed in ((1.03, 0), (1.09, 1), (1.05, 2), (1.07, 3), (1.04, 4)):
        seen = confirmation(math.log(ratio), noise=0.2, turns=24, turns_per_block=2, seed=seed)
        content, _ = update_timings("create", content, [report(confirmed=seen)])
    assert content["int8-dynamic"].runs == ()


def test_accept_leaves_what_got_better_and_says_how_to_take_it() -> None:
    now = report(size_bytes=2_999_999, sparsity=0.1, peak_memory_bytes=9_000_000)
    stored = {now.name: Stored.of(report())}
    timings = {now.name: StoredTiming.of(report())}
    assert [str(left) for left in leftovers("accept", stored, timings, [now])] == [
        "int8-dynamic: size_bytes left at 3,000,000 bytes, though it is 2,999,999 bytes now: take it with"
        " --vc-baseline=tighten",
        "int8-dynamic: peak_memory_bytes left at 10,000,000 bytes, though it is 9,000,000 bytes now: take it with"
        " --vc-baseline=tighten",
    ]
    assert update("accept", stored, [now])[0][now.name].numbers["size_bytes"] == 3_000_000
    better = report((True,) * 95 + (False,) * 5)
    assert [left.metric for left in leftovers("accept", stored, {}, [better])] == ["top1"]
    assert leftovers("tighten", stored, timings, [now]) == ()
    assert leftovers("accept", {}, {}, [now]) == ()


def test_a_run_is_over_when_its_blocks_agree_and_after_twelve_in_any_case() -> None:
    def over(noise: float, turns: int) -> bool:
        return enough_to_record(confirmation(noise=noise, turns=turns, turns_per_block=2, spent=0.2))

    assert [over(0.005, turns) for turns in (8, 10, 12)] == [False, False, True]
    assert [over(0.05, turns) for turns in (12, 22, 24)] == [False, False, True]
    # Of too few undisturbed processes it would not be recorded: calmer ones may yet come.
    restless = confirmation(noise=0.005, turns=30, turns_per_block=2, disturbed=16)
    assert len(restless.log_ratios) >= 6
    assert not enough_to_record(restless)


def test_a_run_of_a_machine_that_leaves_few_processes_alone_is_given_up() -> None:
    def given_up(disturbed: int, spent: float) -> bool:
        return hopeless(confirmation(turns=20, turns_per_block=2, disturbed=disturbed, spent=spent))

    assert given_up(16, 0.4)
    assert not given_up(16, 0.3), "a spell may end"
    assert not given_up(12, 0.4)
    # What is given up would not have been recorded.
    assert "the machine was disturbed" in fault(timing(disturbed=20))


def test_slower_calls_are_recorded_of_a_machine_that_leaves_those_of_the_reference_alone() -> None:
    def said(**how: Any) -> str:
        made = report(calls=pair_times(**how)).timing
        assert made is not None
        return tail_fault(made)

    assert said() == ""
    assert said(every=8, times=3.0) == ""
    assert said(pairs=6) == "fewer than 10 calls were undisturbed"
    assert said(noise=0.3).startswith("the machine was disturbed: p95 of the reference is ")


def test_slower_calls_beside_a_reference_without_any_undisturbed_call_are_not_recorded() -> None:
    """As it was seen beside many neighbours: there was no median of nothing, and the session ended by that."""
    usual = report(calls=pair_times()).timing
    assert usual is not None
    assert usual.percentiles is not None
    moments = tuple(replace(each, reference_s=()) for each in usual.percentiles.moments)
    calls = replace(usual.percentiles, moments=moments)
    assert len(calls.variant_s) >= FEWEST_CALLS
    assert (
        tail_fault(cast(Timing, SimpleNamespace(percentiles=calls))) == "fewer than 10 calls were undisturbed"
    )
