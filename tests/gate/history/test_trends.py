"""Changes of series: exact ones, noisy ones, what took them over, and what lies at the anchor."""

from __future__ import annotations

from random import Random

import pytest

from pytest_vidcompress.gate.history.series import Key, Mark, Observation, Series
from pytest_vidcompress.gate.history.trends import Trend, trends

SIZE = Key("pocket", "videomae", "trained", "fp16", "size_bytes")
TIME = Key("pocket", "videomae", "trained", "fp16", "latency_ratio", "amd-2t-torch2.13")
TOP1 = Key("pocket", "videomae", "trained", "fp16", "top1")


def exact(values: list[float], key: Key = SIZE, marks: tuple[Mark, ...] = ()) -> Trend:
    (found,) = trends([Series(key, [Observation(3 * i, each) for i, each in enumerate(values)], marks)])
    return found


def timed(values: list[float], marks: tuple[Mark, ...] = (), **of_each: float) -> Trend:
    seen = [Observation(place, each, **of_each) for place, each in enumerate(values)]
    (found,) = trends([Series(TIME, seen, marks, stored=1.0)])
    return found


def noise(n: int, spread: float = 0.004) -> list[float]:
    random = Random(1)
    return [1 + random.gauss(0, spread) for _ in range(n)]


def test_every_change_of_what_is_exact_is_one_and_says_what_took_it_over() -> None:
    mark = Mark(6, "accept", 1000.0, 1100.0)
    found = exact([1000, 1000, 1100, 1100, 900], marks=(mark,))
    up, down = found.changes
    assert (up.kind, up.first, up.is_worse, up.mark) == ("step", 6, True, mark)
    assert up.rise == pytest.approx(0.1)
    assert (down.first, down.is_worse, down.mark) == (12, False, None)
    assert found.since_anchor == pytest.approx(-0.1)


def test_a_percent_in_ten_small_steps_is_a_drift() -> None:
    values = [1000.0 * 1.001**step for step in range(11)]
    (found,) = exact([1000.0] * 5 + values + values[-1:] * 5).changes
    assert (found.kind, found.first, found.last) == ("drift", 18, 45)
    assert found.rise == pytest.approx(1.001**10 - 1)


def test_small_steps_to_and_fro_are_no_drift() -> None:
    assert {each.kind for each in exact([1000, 1001, 1000, 1001, 1000]).changes} == {"step"}


def test_shares_change_by_points_and_higher_is_better() -> None:
    (found,) = exact([0.9, 0.88], TOP1).changes
    assert found.rise == pytest.approx(-0.02)
    assert found.is_worse


def test_a_noisy_step_is_found_with_what_took_it_over_by_the_commit_after() -> None:
    values = noise(60)
    values[30:] = [1.06 * each for each in values[30:]]
    mark = Mark(31, "accept", 1.0, 1.06)
    (found,) = timed(values, (mark,), limit=1.05).changes
    assert (found.kind, found.first, found.is_worse, found.mark) == ("step", 30, True, mark)
    assert found.was_seen


def test_a_noisy_drift_within_every_limit_is_seen_by_no_single_run() -> None:
    values = noise(60)
    values[30:] = [each * 1.01 ** min(10, i + 1) for i, each in enumerate(values[30:])]
    trend = timed(values, limit=1.2)
    (found,) = trend.changes
    assert found.kind == "drift"
    assert not found.was_seen
    assert abs(found.first - 30) <= 1
    assert abs(found.last - 39) <= 1
    assert trend.since_anchor == pytest.approx(0.105, abs=0.01)
    assert trend.since_stored == pytest.approx(0.105, abs=0.01)


def test_what_is_surely_moved_and_too_small_to_matter_is_not_told() -> None:
    values = noise(100, 0.0001)
    values[50:] = [1.002 * each for each in values[50:]]
    assert not timed(values).changes


def test_a_machine_at_another_speed_is_said_where_it_may_explain_the_change() -> None:
    values = noise(60)
    seen = [
        Observation(place, value * (1.02 if place >= 30 else 1), reference_s=0.003 if place >= 30 else 0.002)
        for place, value in enumerate(values)
    ]
    (trend,) = trends([Series(TIME, seen)])
    (found,) = trend.changes
    assert found.speed == pytest.approx(0.5)


def test_the_anchor_is_the_first_commit_or_the_one_that_was_named() -> None:
    series = Series(SIZE, [Observation(place, value) for place, value in enumerate([10, 20, 30])])
    assert trends([series])[0].anchor == 10
    assert trends([series], anchor=1)[0].anchor == 20
    assert trends([series], anchor=1)[0].since_anchor == pytest.approx(0.5)


def test_many_series_share_one_error_rate() -> None:
    values = noise(16)
    values[8:] = [each * 1.03 for each in values[8:]]
    one = Series(TIME, [Observation(place, value) for place, value in enumerate(values)])
    quiet = Series(TIME, [Observation(0, 1.0)])
    assert trends([one])[0].changes
    assert not trends([one, *[quiet] * 10_000])[0].changes


def test_a_series_of_nothing_is_left_out() -> None:
    assert trends([Series(TIME, [])]) == ()
