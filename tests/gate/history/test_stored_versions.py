"""What commits did to stored runs."""

from __future__ import annotations

import math

import pytest

from pytest_vidcompress.gate.history.series import Key, Series
from pytest_vidcompress.gate.history.stored_versions import StoredVersion, stored_series

TIME = Key("pocket", "videomae", "trained", "fp16", "latency_ratio", "amd")


def of(*lists: tuple[float, ...], references: tuple[float, ...] = ()) -> Series:
    versions = [StoredVersion(place, TIME, runs, references[: len(runs)]) for place, runs in enumerate(lists)]
    (found,) = stored_series(versions)
    return found


def test_the_oldest_of_ten_runs_are_forgotten_and_are_no_new_ones() -> None:
    ten = tuple(1 + place / 100 for place in range(10))
    found = of(ten, (*ten[1:], 1.5))
    assert [each.place for each in found.observations] == [0, 1]
    assert found.observations[1].value == pytest.approx(1.5)
    assert not found.marks


def test_one_run_instead_of_all_is_accepted_or_tightened_and_several_are_recorded_anew() -> None:
    three = (1.0, 1.01, 0.99)
    slower, faster, anew = of(three, (1.2,)), of(three, (0.8,)), of(three, (1.1, 1.2))
    assert [(each.place, each.deed, each.before, each.after) for each in slower.marks] == [
        (1, "accept", 1.0, pytest.approx(1.2))
    ]
    assert [each.deed for each in faster.marks] == ["tighten"]
    assert [each.deed for each in anew.marks] == ["anew"]
    assert anew.observations[1].value == pytest.approx(math.sqrt(1.1 * 1.2))
    assert slower.observations[1].limit == pytest.approx(1.01 * 1.05)


def test_what_is_unchanged_or_taken_back_says_nothing_new() -> None:
    three = (1.0, 1.01, 0.99)
    assert len(of(three, three).observations) == 1
    assert len(of(three, three[:2]).observations) == 1


def test_references_are_those_of_the_new_runs() -> None:
    found = of((1.0, 1.1), (1.0, 1.1, 1.2), references=(0.002, 0.004, 0.006))
    assert [each.reference_s for each in found.observations] == [pytest.approx(0.003), pytest.approx(0.006)]
