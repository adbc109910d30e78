from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.gate.shortlist import CRITERIA, Candidate, Shortlist, Standing, latest, shortlists
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.run.options import reading

READ = {"time": reading.number, "size": reading.number, "accuracy": reading.share}


def candidate(name: str = "fp16", machine: str = "here", **more: Any) -> Candidate:
    """`time`, `size` and `accuracy` are its numbers, in ms, MB and points; the rest are fields."""
    numbers = {each: more.pop(each) / CRITERIA[each].scale for each in CRITERIA if each in more}
    return Candidate(
        "timesformer", name, machine, {name: Estimate(value) for name, value in numbers.items()}, **more
    )


LIMITS = {"time": 0.03, "size": 2e6, "accuracy": 0.01}


def test_what_meets_all_limits_fits_the_fastest_first() -> None:
    found = Shortlist(
        [
            candidate("slow", time=29, size=1.0, accuracy=0.0),
            candidate("fast", time=12, size=1.5, accuracy=1.0),
            candidate("large", time=10, size=2.1, accuracy=0.0),
        ],
        LIMITS,
    )
    assert [each.name for each in found.fits] == ["fast", "slow"]
    assert [each.name for each in Shortlist(found.candidates, LIMITS, "size").fits] == ["slow", "fast"]
    assert [each.name for each in Shortlist(found.candidates, LIMITS, "accuracy").fits] == ["slow", "fast"]
    (large,) = found.out
    assert [each.criterion.name for each in found.broken(large)] == ["size"]
    assert found.nearest is None


def test_what_was_not_measured_meets_no_limit() -> None:
    untimed = candidate("untimed", size=1.0, accuracy=0.0)
    assert Shortlist([untimed], {"time": 1e9}).fits == ()
    assert Shortlist([untimed], {"size": 2e6}).fits == (untimed,)
    found = Shortlist([untimed], LIMITS)
    assert [(each.criterion.name, each.value) for each in found.broken(untimed)] == [("time", None)]
    assert found.nearest is None
    timed = candidate("timed", time=500, size=1.0, accuracy=0.0)
    assert Shortlist([untimed, timed], LIMITS).out == (timed, untimed)


@pytest.mark.parametrize(
    ("value", "holds", "is_close"),
    [
        (Estimate(0.029, 0.028, 0.031), True, True),
        (Estimate(0.031, 0.030, 0.033), False, True),
        (Estimate(0.029, 0.028, 0.0295), True, False),
        (Estimate(0.031, 0.0305, 0.033), False, False),
        (Estimate(0.03), True, False),
        (Estimate(0.02, 0.01, float("inf")), True, True),
        (None, False, False),
    ],
)
def test_the_estimate_decides_and_a_limit_within_its_interval_is_close(
    value: Estimate | None, holds: bool, is_close: bool
) -> None:
    standing = Standing(CRITERIA["time"], value, 0.03)
    assert (standing.holds, standing.is_close) == (holds, is_close)


def test_where_nothing_fits_the_nearest_breaks_the_fewest_limits_by_the_least() -> None:
    found = Shortlist(
        [
            candidate("both", time=31, size=2.1, accuracy=0.0),
            candidate("far", time=60, size=1.0, accuracy=0.0),
            candidate("near", time=33, size=1.0, accuracy=0.0),
        ],
        LIMITS,
    )
    assert [each.name for each in found.out] == ["near", "far", "both"]
    assert found.nearest is not None
    (standing,) = found.broken(found.nearest)
    assert standing.criterion.typed(standing.relaxed) == "--max-ms=33.1"


def test_a_variant_counts_once_a_machine_and_no_two_machines_are_mixed() -> None:
    first, again = candidate(time=50, run=0), candidate(time=20, run=1)
    elsewhere = candidate(machine="there", time=5)
    found = shortlists([first, again, elsewhere], {"time": 0.03})
    assert {machine: each.candidates for machine, each in found.items()} == {
        "here": [again],
        "there": [elsewhere],
    }
    random = candidate(time=20, made_with=(("weights", "random"),))
    assert len(latest([first, random], {"time": 1.0})) == 2


def test_of_one_run_the_measurement_with_more_of_the_numbers_counts_then_with_more_clips() -> None:
    untimed = candidate(size=1.0, clips=640)
    timed, longer = candidate(time=20, size=1.0, clips=100), candidate(time=21, size=1.0, clips=300)
    assert latest([timed, longer, untimed], {"time": 1.0}) == (longer,)
    assert latest([timed, longer, untimed], {"size": 1.0}) == (untimed,)


NUMBERS = st.fixed_dictionaries(
    {},
    optional={
        "time": st.floats(1e-6, 1e3),
        "size": st.integers(1, 10**10),
        "accuracy": st.floats(-1, 1),
    },
)
CANDIDATES = st.lists(NUMBERS, max_size=8).map(
    lambda all_numbers: [
        Candidate("m", f"variant {place}", "here", {name: Estimate(each) for name, each in numbers.items()})
        for place, numbers in enumerate(all_numbers)
    ]
)
SOME_LIMITS = st.fixed_dictionaries(
    {},
    optional={"time": st.floats(1e-6, 1e3), "size": st.floats(1, 1e10), "accuracy": st.floats(0, 1)},
).filter(len)


@settings(max_examples=60)
@given(CANDIDATES, SOME_LIMITS, st.sampled_from([*CRITERIA]), st.randoms(use_true_random=False))
def test_everything_either_fits_or_breaks_a_limit_whatever_the_order(
    candidates: list[Candidate], limits: Mapping[str, float], by: str, random: Any
) -> None:
    found = Shortlist(candidates, limits, by)
    assert sorted(each.name for each in (*found.fits, *found.out)) == sorted(each.name for each in candidates)
    for each in found.fits:
        assert all(name in each.numbers and each.numbers[name] <= limit for name, limit in limits.items())
    for each in found.out:
        assert any(name not in each.numbers or each.numbers[name] > limit for name, limit in limits.items())
    values = [each.numbers.get(by, float("inf")) for each in found.fits]
    assert values == sorted(values)
    random.shuffle(candidates)
    shuffled = Shortlist(candidates, limits, by)
    assert (shuffled.fits, shuffled.out) == (found.fits, found.out)


@settings(max_examples=60)
@given(CANDIDATES, SOME_LIMITS, st.sampled_from([*CRITERIA]), st.floats(1, 10))
def test_a_wider_limit_loses_nothing(
    candidates: list[Candidate], limits: Mapping[str, float], which: str, times: float
) -> None:
    wider = {name: limit * (times if name == which else 1) for name, limit in limits.items()}
    assert {each.name for each in Shortlist(candidates, limits).fits} <= {
        each.name for each in Shortlist(candidates, wider).fits
    }


@settings(max_examples=60)
@given(CANDIDATES, SOME_LIMITS)
def test_the_nearest_fits_with_the_limits_that_are_said_as_they_are_typed(
    candidates: list[Candidate], limits: Mapping[str, float]
) -> None:
    found = Shortlist(candidates, limits)
    nearest = found.nearest
    if nearest is None:
        assert found.fits or not any(limits.keys() <= each.numbers.keys() for each in found.out)
        return
    typed = dict(limits)
    for standing in found.broken(nearest):
        name = standing.criterion.name
        option, _, said = standing.criterion.typed(standing.relaxed).partition("=")
        assert option == f"--{standing.criterion.option}"
        read = READ[name](said)
        typed[name] = read if name == "accuracy" else read / standing.criterion.scale
    assert nearest in Shortlist(candidates, typed).fits
